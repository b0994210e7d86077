/**
 * The barrier: XEP-0114 has no acknowledgements, so a ping (XEP-0199) from our domain to our domain
 * goes through the server. The server routes it back to us, and its coming back is the proof: the
 * server has processed all that we wrote before it, and we have read all that it sent before it.
 *
 * The ping is not answered. The answer would only be routed to ourselves once more, and a server
 * keeps no state for an IQ between components. Where a server answers it itself, or bounces it, its
 * answer proves the same.
 */

import { type Element, element, NS_COMPONENT, NS_PING } from '../xml/element.ts';

/**
 * What a stanza from ourselves is: the ping of that number, the ping of an earlier stream of ours,
 * or the ping of somebody else under our name.
 */
export type OwnPing = number | 'stale' | 'foreign';

/** The pings of one stream, numbered from 0. */
export class Barrier {
  readonly #domain: string;
  readonly #owner: string;
  readonly #prefix: string;

  /**
   * @param owner unique in the world, so that two owners of a domain know their pings apart
   * @param stream a number that the owner has given to no other stream
   */
  constructor(domain: string, owner: string, stream: number) {
    this.#domain = domain;
    this.#owner = `${owner}:`;
    this.#prefix = `${owner}:${stream}:`;
  }

  ping(number: number): Element {
    const attrs = {
      type: 'get',
      id: `${this.#prefix}${number}`,
      from: this.#domain,
      to: this.#domain,
    };
    return element('iq', NS_COMPONENT, attrs, [element('ping', NS_PING)]);
  }

  /** Undefined: it is no ping of anybody under our name. */
  read(stanza: Element): OwnPing | undefined {
    const { from, to, type, id = '' } = stanza.attrs;
    if (stanza.name !== 'iq' || from !== this.#domain || to !== this.#domain) return undefined;
    if (id.startsWith(this.#prefix)) return Number(id.slice(this.#prefix.length));
    if (id.startsWith(this.#owner)) return 'stale';
    const isPing = type === 'get' && stanza.children.some((inner) => isPingElement(inner));
    return isPing ? 'foreign' : undefined;
  }
}

function isPingElement(inner: Element | string): boolean {
  return typeof inner !== 'string' && inner.name === 'ping' && inner.ns === NS_PING;
}
