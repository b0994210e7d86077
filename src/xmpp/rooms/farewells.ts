/**
 * Clients that believe to be in a room and are not: the stream broke, or could not take what they were
 * to see. Each is told as soon as it can be (§7.14, status 332), and joins again by itself.
 */

import type { Element } from '../xml/element.ts';
import type { Send } from './client.ts';
import { addressed } from './client.ts';
import { farewell, STATUS } from './presence.ts';

/** Beyond them the eldest is not told: it finds out by its next ping (XEP-0410). */
const MAX_WAITING = 50_000;

export class Farewells {
  readonly #send: Send;
  readonly #waiting = new Map<string, Element>();

  constructor(send: Send) {
    this.#send = send;
  }

  /**
   * @param room bare JID
   * @param name the resource that the client was shown as its own
   * @param client full JID
   */
  add(room: string, name: string, client: string): void {
    const word = addressed(farewell(room, name, [STATUS.SHUTDOWN]), client);
    this.#waiting.set(keyOf(room, client), word);
    for (const eldest of this.#waiting.keys()) {
      if (this.#waiting.size <= MAX_WAITING) return;
      this.#waiting.delete(eldest);
    }
  }

  /** The client comes by itself: it must not be told that it is out when it is in again. */
  cancel(room: string, client: string): void {
    this.#waiting.delete(keyOf(room, client));
  }

  /** Tells as many as can be told now. @returns whether none is left */
  flush(): boolean {
    for (const [key, word] of this.#waiting) {
      if (!this.#send(word)) return false;
      this.#waiting.delete(key);
    }
    return true;
  }
}

function keyOf(room: string, client: string): string {
  return `${room} ${client}`;
}
