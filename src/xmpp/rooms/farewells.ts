/**
 * Clients that believe to be in a room and are not: the stream broke, they could not take what they were
 * to see, or an earlier process has ended. Each is told as soon as the server reads, and joins again by
 * itself.
 *
 * What makes a client do so differs. Conversations asks by a ping whether it is out after a 333, and
 * joins where the answer says so; after a 332 it never comes back by itself, nor after a 333 that follows
 * one. Gajim joins again after a 332, and after nothing else. Dino pings itself every three minutes,
 * whatever it was told. So it is both, in this order and in two stanzas: of one with both codes
 * Conversations would read the 332 alone.
 *
 * For the same reason nothing is told at a planned stop, though XEP-0045 has the 332 for it: who was told
 * that the service ends would not be there when it is back. The next process tells all whom this one
 * leaves behind. Meanwhile whatever they send comes back from the server as an error.
 */

import { dropOldest } from '../../bounded-map.ts';
import type { PeerId } from '../../contract/index.ts';
import type { Element } from '../xml/element.ts';
import { addressed, type Send } from './client.ts';
import { farewell, STATUS } from './presence.ts';

/**
 * As many as there may be in all rooms together: each takes less here than it did there. Beyond them the
 * eldest is not told: it finds out by its next ping (XEP-0410).
 */
const MAX_WAITING = 400_000;
/** Beyond them the eldest pays for its way back as for any other. */
const MAX_CALLED = 50_000;

/** Who was where. */
export interface Lost {
  readonly room: PeerId;
  /** Bare JID of the room. */
  readonly address: string;
  /** The resource that the client was shown as its own; empty where that is not known. */
  readonly name: string;
  /** Full JID. */
  readonly client: string;
}

export interface FarewellsParts {
  readonly send: Send;
  /** See `ComponentStream.full`. */
  readonly full: () => Promise<void> | undefined;
  /** It was told. */
  readonly told: (lost: Lost) => void;
}

export class Farewells {
  readonly #parts: FarewellsParts;
  readonly #waiting = new Map<string, Lost>();
  /** Who was told, and has not come back. */
  readonly #called = new Map<string, true>();
  #isAsked = false;
  #isFull = false;

  constructor(parts: FarewellsParts) {
    this.#parts = parts;
  }

  add(lost: Lost): void {
    this.#waiting.set(keyOf(lost.address, lost.client), lost);
    dropOldest(this.#waiting, MAX_WAITING);
    if (this.#isAsked) return;
    this.#isAsked = true;
    setImmediate(() => {
      this.#isAsked = false;
      this.flush();
    });
  }

  /**
   * The client comes by itself: it must not be told that it is out when it is in again.
   * @returns whether it comes because it was lost
   */
  cancel(address: string, client: string): boolean {
    const key = keyOf(address, client);
    const wasLost = this.#waiting.delete(key);
    return this.#called.delete(key) || wasLost;
  }

  /** Tells as many as can be told now; the others when the server has read, or at the next stream. */
  flush(): void {
    if (this.#isFull) return;
    for (const [key, lost] of this.#waiting) {
      const full = this.#parts.full();
      if (full !== undefined) {
        this.#wait(full);
        return;
      }
      const { address, name, client } = lost;
      if (!sayFarewell(this.#parts.send, address, name, client)) return;
      this.#waiting.delete(key);
      this.#called.set(key, true);
      dropOldest(this.#called, MAX_CALLED);
      this.#parts.told(lost);
    }
  }

  #wait(full: Promise<void>): void {
    this.#isFull = true;
    void full.then(() => {
      this.#isFull = false;
      this.flush();
    });
  }
}

/** @returns whether it could leave */
export function sayFarewell(send: Send, address: string, name: string, client: string): boolean {
  const words: readonly Element[] = [STATUS.TROUBLE, STATUS.SHUTDOWN].map((code) =>
    farewell(address, name, [code]),
  );
  return words.every((word) => send(addressed(word, client)));
}

function keyOf(address: string, client: string): string {
  return `${address} ${client}`;
}
