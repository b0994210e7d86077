/**
 * How long the server has been up, by Last Activity of a server (XEP-0012 §4). It is asked together with
 * the first pings of a stream, so that asking takes no time of its own: whatever the server answers by
 * itself is there before them. What comes later was answered by another server, and says nothing of this.
 */

import { child, type Element, element, NS_COMPONENT } from '../xml/element.ts';

const NS_LAST = 'jabber:iq:last';
/** The server and we count whole seconds, each rounded in its own way. */
const ROUNDING_MS = 1_000;
/** Two answers of one server may differ so much about when it began: more, and it is another. */
export const SAME_START_MS = 2_000;
/** A thousand years: anything longer is no time. */
const SECONDS = /^\d{1,10}$/;

/** What a stream knows of the server behind it when it comes up. */
export interface ServerAge {
  /** It has been up for so long at least, in milliseconds. */
  readonly upMs: number;
  /**
   * It is the server of the stream before, and has been up ever since it answered the last barrier of that:
   * it has what it answered for. Another node of a cluster may have been up for longer than that, and has
   * nothing of it.
   */
  readonly sinceLastBarrier: boolean;
}

/** What is remembered of the stream before. Both by a monotonic clock. */
export interface StreamBefore {
  /** See `Uptime.upSince`; undefined: its server did not say. */
  readonly upSince: number | undefined;
  /** When the last ping that came back was sent. Not when it was read: it may have lain in the socket. */
  readonly certainAt: number;
}

/** The question of one stream. */
export class Uptime {
  readonly #domain: string;
  readonly #id: string;
  readonly #server: string;
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

  /** The latest time at which the server can have begun, by a monotonic clock. Undefined: it does not say. */
  get upSince(): number | undefined {
    return this.#upSince;
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

  /** @returns undefined: it does not say */
  age(now: number, before: StreamBefore | undefined): ServerAge | undefined {
    const upSince = this.#upSince;
    if (upSince === undefined) return undefined;
    const sinceLastBarrier =
      before?.upSince !== undefined &&
      Math.abs(upSince - before.upSince) <= SAME_START_MS &&
      upSince < before.certainAt;
    return { upMs: Math.max(0, now - upSince), sinceLastBarrier };
  }
}
