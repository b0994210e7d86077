/** When to try again. Pure but for its memory of the outage. */

import type { StreamEnd } from './end.ts';

/** Up to here an outage is somebody restarting a server: he is waiting for us. */
const SHORT_OUTAGE_MS = 5 * 60_000;
const FIRST_MS = 250;
/** With its jitter never more than 2 s. */
const SHORT_MS = 1_600;
/** With its jitter never more than 30 s. */
const LONG_MS = 24_000;
/** A setting is wrong: somebody must mend it first. */
const REFUSED_FIRST_MS = 1_000;
/** A ghost of our own last connection is gone by then. */
const GHOST_MS = 60_000;
const TAKEN_MS = 1_000;
const JITTER = 0.25;

export class Reconnect {
  readonly #standByMs: number;
  readonly #random: () => number;
  #outageSince: number | undefined;
  #attempts = 0;

  constructor(standByMs: number, random: () => number = Math.random) {
    this.#standByMs = standByMs;
    this.#random = random;
  }

  /** The stream is up: the outage is over. */
  succeeded(): void {
    this.#outageSince = undefined;
    this.#attempts = 0;
  }

  /**
   * Milliseconds to wait after that end.
   * @param now of a monotonic clock, in milliseconds
   */
  delay(end: StreamEnd, wasOnline: boolean, now: number): number {
    this.#outageSince ??= now;
    const outage = now - this.#outageSince;
    const doubled = 2 ** Math.min(this.#attempts++, 16);
    // Whoever took it from us is the new owner: two that fight are worse than one that waits.
    if (end.cause === 'taken' && wasOnline) return this.#standByMs * (1 + JITTER * this.#random());
    return this.#jittered(this.#plain(end, outage, doubled));
  }

  #plain(end: StreamEnd, outage: number, doubled: number): number {
    switch (end.cause) {
      case 'taken':
        return outage < GHOST_MS ? TAKEN_MS : LONG_MS;
      case 'refused':
        return Math.min(REFUSED_FIRST_MS * doubled, LONG_MS);
      case 'unreachable':
      case 'stopped':
        return Math.min(FIRST_MS * doubled, outage < SHORT_OUTAGE_MS ? SHORT_MS : LONG_MS);
    }
  }

  #jittered(ms: number): number {
    return ms * (1 - JITTER + 2 * JITTER * this.#random());
  }
}
