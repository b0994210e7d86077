/** Whether an account is away from everybody on a server (AWAY). */

import { sentWords } from './shown-text.ts';
import type { Wire } from './wire/client.ts';

const MAX_BYTES = 200;

export class Away {
  #words: string | undefined;

  /** @param words undefined: is back @param wire undefined where it is told later */
  set(words: string | undefined, wire: Wire | undefined): void {
    if (words === this.#words) return;
    this.#words = words;
    if (wire !== undefined) this.#say(wire);
  }

  /** The connection is new: the server takes him for being there. */
  connected(wire: Wire): void {
    if (this.#words !== undefined) this.#say(wire);
  }

  #say(wire: Wire): void {
    const words = this.#words;
    if (words === undefined) wire.send('AWAY');
    else
      wire.send('AWAY', sentWords(words, Math.min(wire.features.awayLength, MAX_BYTES)) || 'away');
  }
}
