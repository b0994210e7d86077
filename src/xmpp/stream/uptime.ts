/**
 * How long the server has been up, by Last Activity of a server (XEP-0012 §4). It is asked together with
 * the first pings of a stream, so that asking takes no time of its own: whatever the server answers by
 * itself is there before them. What comes later was answered by another server, and says nothing of this.
 */

import { child, type Element, element, NS_COMPONENT } from '../xml/element.ts';

const NS_LAST = 'jabber:iq:last';
/** The server and we count whole seconds, each rounded in its own way. */
const ROUNDING_MS = 1_000;
/** A thousand years: anything longer is no time. */
const SECONDS = /^\d{1,10}$/;

/** What a stream knows of the server behind it when it comes up. */
export interface ServerAge {
  /** It has been up for so long at least, in milliseconds. */
  readonly upMs: number;
  /** It has been up ever since it answered the last barrier of the stream before: it has what it answered for. */
  readonly sinceLastBarrier: boolean;
}

/** The question of one stream. */
export class Uptime {
  readonly #domain: string;
  readonly #id: string;
  readonly #server: string;
  /** The latest time at which it can have begun, by a monotonic clock. */
  #upSince: number | undefined;

  /**
   * @param id unique in the world, so that nobody else can answer
   * @param server the server's own domain
   */
  constructor(domain: string, id: string, server: string) {
    this.#domain = domain;
    this.#id = id;
    this.#server = server;
  }

  question(): Element {
    const attrs = { type: 'get', id: this.#id, from: this.#domain, to: this.#server };
    return element('iq', NS_COMPONENT, attrs, [element('query', NS_LAST)]);
  }

  /** @returns whether it was an answer, of whatever kind */
  read(stanza: Element, now: number): boolean {
    const { id, type, from } = stanza.attrs;
    if (stanza.name !== 'iq' || id !== this.#id || from !== this.#server) return false;
    const seconds = child(stanza, 'query', NS_LAST)?.attrs.seconds ?? '';
    if (type === 'result' && SECONDS.test(seconds)) {
      this.#upSince = now - Number(seconds) * 1_000 + ROUNDING_MS;
    }
    return true;
  }

  /**
   * @param certainAt when the last barrier of the stream before was answered, by the same clock
   * @returns undefined: it does not say
   */
  age(now: number, certainAt: number | undefined): ServerAge | undefined {
    const upSince = this.#upSince;
    if (upSince === undefined) return undefined;
    return {
      upMs: Math.max(0, now - upSince),
      sinceLastBarrier: certainAt !== undefined && upSince < certainAt,
    };
  }
}
