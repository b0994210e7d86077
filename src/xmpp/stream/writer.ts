/** Writes into one link: the stanzas of a tick together, and never more than the window allows. */

import { serialise } from '../xml/serialise.ts';
import type { Barrier } from './barrier.ts';
import type { Link } from './link.ts';
import type { Window } from './window.ts';

/** Bytes that wait in the socket before live stanzas are dropped. */
const MAX_BACKLOG = 4 * 1024 * 1024;

export class Writer {
  readonly #link: Link;
  readonly #window: Window;
  readonly #barrier: Barrier;
  readonly #domain: string;
  /** Live stanzas that wait for the end of the tick, or for a stanza that must be alone. */
  #live = '';
  #flushing = false;
  #opened = false;

  constructor(link: Link, window: Window, barrier: Barrier, domain: string) {
    this.#link = link;
    this.#window = window;
    this.#barrier = barrier;
    this.#domain = domain;
  }

  /** From now on batches of the window are written too. */
  open(): void {
    this.#opened = true;
  }

  /** Live or never. @returns whether it was taken */
  send(xml: string): boolean {
    if (!this.#link.ready || this.#link.backlog + this.#live.length > MAX_BACKLOG) return false;
    this.#live += xml;
    this.flushSoon();
    return true;
  }

  /** A ping without a batch. */
  ping(): void {
    this.#link.write(this.#ping(this.#window.takePing(performance.now())));
  }

  flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.flush();
    });
  }

  /** In one write. What must wait for its turn waits in the window, not in the socket. */
  flush(): void {
    if (!this.#link.ready) return;
    let xml = this.#window.careful ? '' : this.#takeLive();
    while (this.#opened && this.#link.writable) {
      const batch = this.#window.takeBatch(performance.now());
      if (batch === undefined) break;
      xml += batch.xml + this.#ping(batch.ping);
    }
    if (this.#window.careful && !this.#window.underWay) xml += this.#takeLiveWithPing();
    if (xml !== '') this.#link.write(xml);
  }

  #takeLive(): string {
    const live = this.#live;
    this.#live = '';
    if (live !== '') this.#window.addLive();
    return live;
  }

  /** The stanza that must be alone leaves when the ping is back. */
  #takeLiveWithPing(): string {
    const live = this.#takeLive();
    return live === '' ? '' : live + this.#ping(this.#window.takePing(performance.now()));
  }

  #ping(number: number): string {
    return serialise(this.#barrier.ping(number), this.#domain);
  }
}
