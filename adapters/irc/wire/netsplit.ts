/** Two servers lose each other, and everybody behind one of them quits: one event instead of hundreds. */

import type { WireEvent } from './events.ts';
import type { Source } from './message.ts';

/** The names of the two servers (RFC 2813 §5.3), or what a network shows in their place. */
const TWO_SERVERS = /^[\w*-]+(?:\.[\w*-]+)+ [\w*-]+(?:\.[\w*-]+)+$/;

export class Splits {
  readonly #give: (event: WireEvent) => void;
  #gone: Source[] = [];
  #words = '';

  constructor(give: (event: WireEvent) => void) {
    this.#give = give;
  }

  /** Gives it on, in order; the quits of a split together, at the latest with `flush`. */
  take(event: WireEvent): void {
    const isPart = event.is === 'quit' && !event.own && TWO_SERVERS.test(event.reason);
    if (!isPart || event.reason !== this.#words) this.flush();
    if (!isPart) {
      this.#give(event);
      return;
    }
    this.#words = event.reason;
    this.#gone.push(event.from);
  }

  flush(): void {
    if (this.#gone.length === 0) return;
    const event: WireEvent = { is: 'split', gone: this.#gone, words: this.#words };
    this.#gone = [];
    this.#words = '';
    this.#give(event);
  }
}
