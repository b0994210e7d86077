/**
 * How often something may be asked for: a token bucket for each name, and memory for those alone who
 * asked within the last minute. A client whose nick is taken may try to join without end.
 */

const MINUTE_MS = 60_000;
/** Beyond so many names in a minute, the eldest begins anew. */
const MAX_NAMES = 20_000;

interface Bucket {
  readonly tokens: number;
  /** Of a monotonic clock, in milliseconds. */
  readonly at: number;
}

export class Budget {
  readonly #most: number;
  /** Who asked last is at the end. */
  readonly #buckets = new Map<string, Bucket>();

  /** @param most in a minute, and at once */
  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /**
   * @param now of a monotonic clock, in milliseconds
   * @returns whether there was one left; it is taken
   */
  take(name: string, now: number): boolean {
    this.#forgetFull(now);
    const { tokens, at } = this.#buckets.get(name) ?? { tokens: this.#most, at: now };
    const refilled = Math.min(tokens + ((now - at) * this.#most) / MINUTE_MS, this.#most);
    const isLeft = refilled >= 1;
    this.#buckets.delete(name);
    this.#buckets.set(name, { tokens: isLeft ? refilled - 1 : refilled, at: now });
    return isLeft;
  }

  #forgetFull(now: number): void {
    for (const [name, { at }] of this.#buckets) {
      if (now - at < MINUTE_MS && this.#buckets.size < MAX_NAMES) return;
      this.#buckets.delete(name);
    }
  }
}
