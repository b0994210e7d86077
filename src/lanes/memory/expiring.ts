/** A map that forgets each key at its time. */
export class Expiring<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly until: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.until > this.#now()) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: string, value: Value, windowMs: number): void {
    // The oldest stand first: each call clears away at least as much as it adds.
    let looked = 0;
    for (const [old, { until }] of this.#entries) {
      if (looked === 2) break;
      if (until <= this.#now()) this.#entries.delete(old);
      looked += 1;
    }
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: this.#now() + windowMs });
  }
}
