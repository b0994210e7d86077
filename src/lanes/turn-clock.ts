/**
 * How long turns may last: two thirds of the lease, by the monotonic clock. Turns that begin at about
 * the same time share one signal, so that there are some thirty at most, however many turns there are,
 * and no timer for each: whoever owns the clock calls `tick` when `next` has come.
 */
export class TurnClock {
  readonly #limitMs: number;
  readonly #slotMs: number;
  readonly #slots = new Map<number, AbortController>();
  #stopped = false;

  constructor(leaseMs: number) {
    this.#limitMs = (leaseMs * 2) / 3;
    this.#slotMs = leaseMs / 30;
  }

  live(startedAt: number): boolean {
    return !this.#stopped && performance.now() - startedAt < this.#limitMs;
  }

  /** Fires at the end of the first turn of its slot: for the others a thirtieth of the lease too early. */
  signal(startedAt: number): AbortSignal {
    const slot = Math.floor(startedAt / this.#slotMs);
    let controller = this.#slots.get(slot);
    if (controller === undefined) {
      controller = new AbortController();
      if (this.#stopped || this.#endOf(slot) <= performance.now()) controller.abort();
      else this.#slots.set(slot, controller);
    }
    return controller.signal;
  }

  /** When the next signal has to fire; Infinity where there is none. */
  next(): number {
    return this.#endOf(Math.min(...this.#slots.keys()));
  }

  tick(now: number): void {
    for (const [slot, controller] of this.#slots) {
      if (this.#endOf(slot) > now) continue;
      this.#slots.delete(slot);
      controller.abort();
    }
  }

  /** Ends all turns now. */
  stop(): void {
    this.#stopped = true;
    for (const controller of this.#slots.values()) controller.abort();
    this.#slots.clear();
  }

  #endOf(slot: number): number {
    return slot * this.#slotMs + this.#limitMs;
  }
}
