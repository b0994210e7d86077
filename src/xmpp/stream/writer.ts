/** Writes into one link: the stanzas of a tick together, and never more than the window allows. */

import { crashPointSoon } from '../../crash-point.ts';
import type { Element } from '../xml/element.ts';
import { followedBy, NO_STANZA, type StanzaXml, serialise } from '../xml/serialise.ts';
import type { Backlog } from './backlog.ts';
import type { Barrier } from './barrier.ts';
import type { Link } from './link.ts';
import type { Window } from './window.ts';

interface WriterOptions {
  readonly domain: string;
  /** See `StreamOptions.beforeLive`. Must not throw. */
  readonly beforeLive: () => void;
}

export class Writer {
  readonly #link: Link;
  readonly #window: Window;
  readonly #barrier: Barrier;
  readonly #backlog: Backlog;
  readonly #options: WriterOptions;
  /** Live stanzas that wait for the end of the tick, or for a stanza that must be alone. */
  #live = NO_STANZA;
  #liveCount = 0;
  #flushing = false;
  #opened = false;

  constructor(
    link: Link,
    window: Window,
    barrier: Barrier,
    backlog: Backlog,
    options: WriterOptions,
  ) {
    this.#link = link;
    this.#window = window;
    this.#barrier = barrier;
    this.#backlog = backlog;
    this.#options = options;
  }

  /** See `ComponentStream.full`. */
  get full(): Promise<void> | undefined {
    return this.#link.ready ? this.#backlog.full(this.#waiting) : undefined;
  }

  /** From now on batches of the window are written too. */
  open(): void {
    this.#opened = true;
  }

  /** Live or never. @returns whether it was taken */
  send(xml: StanzaXml): boolean {
    if (!this.#link.ready || !this.#backlog.takes(this.#waiting)) return false;
    this.#live = followedBy(this.#live, xml);
    this.#liveCount++;
    this.flushSoon();
    return true;
  }

  /** The link has ended. @returns how many live stanzas were taken and never written */
  end(): number {
    this.#backlog.end();
    return this.#liveCount;
  }

  /** What nobody waits for, at once. */
  ask(question: Element): void {
    this.#link.write(serialise(question, this.#options.domain));
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
    let xml = this.#window.careful ? NO_STANZA : this.#takeLive();
    while (this.#opened && this.#link.writable) {
      const batch = this.#window.takeBatch(performance.now());
      if (batch === undefined) break;
      xml = followedBy(xml, followedBy(batch.xml, this.#ping(batch.ping)));
      crashPointSoon('barrier.before', this.#options.domain);
    }
    if (this.#window.careful && !this.#window.underWay) {
      xml = followedBy(xml, this.#takeLiveWithPing());
    }
    if (xml !== NO_STANZA) this.#link.write(xml);
    // Also here: the socket does not tell of what left at once.
    this.#backlog.left(this.#waiting);
  }

  get #waiting(): number {
    return this.#link.backlog + this.#live.length;
  }

  #takeLive(): StanzaXml {
    const live = this.#live;
    if (live === NO_STANZA) return live;
    this.#options.beforeLive();
    this.#window.addLive(this.#liveCount);
    this.#live = NO_STANZA;
    this.#liveCount = 0;
    return live;
  }

  /** The stanza that must be alone leaves when the ping is back. */
  #takeLiveWithPing(): StanzaXml {
    const live = this.#takeLive();
    if (live === NO_STANZA) return live;
    return followedBy(live, this.#ping(this.#window.takePing(performance.now())));
  }

  #ping(number: number): StanzaXml {
    return serialise(this.#barrier.ping(number), this.#options.domain);
  }
}
