import type { BareJid } from '../xmpp/jid.ts';

const MINUTE_MS = 60_000;

interface Bucket {
  /** How many messages he may send at once. */
  readonly tokens: number;
  /** When that was so, milliseconds since the epoch. */
  readonly at: number;
}

/**
 * How many messages a user may send at once and, over time, a minute: a token bucket each. Kept in
 * memory for those alone who wrote within the last minute: all other buckets are full.
 */
export class Burst {
  readonly #most: number;
  /** Who wrote last is at the end. */
  readonly #buckets = new Map<BareJid, Bucket>();
  #latest = 0;

  /** @param most messages a minute, and at once */
  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /**
   * Takes one message.
   * @returns 0, or in how many milliseconds there will be one to take: then none was taken.
   */
  take(jid: BareJid, now: number): number {
    this.#forgetFull(now);
    const bucket = this.#buckets.get(jid) ?? { tokens: this.#most, at: now };
    const refilled = ((now - bucket.at) * this.#most) / MINUTE_MS;
    const tokens = Math.min(bucket.tokens + refilled, this.#most);
    const left = tokens < 1 ? tokens : tokens - 1;
    this.#buckets.delete(jid);
    this.#buckets.set(jid, { tokens: left, at: now });
    return tokens < 1 ? Math.ceil(((1 - tokens) * MINUTE_MS) / this.#most) : 0;
  }

  #forgetFull(now: number): void {
    // After a clock was set back all begin anew, and nobody waits until it has caught up.
    if (now < this.#latest) this.#buckets.clear();
    this.#latest = now;
    for (const [jid, { at }] of this.#buckets) {
      if (now - at < MINUTE_MS) return;
      this.#buckets.delete(jid);
    }
  }
}
