/** Time for many connections at once: none of them has a timer of its own. */

export interface Clock {
  /** Milliseconds that only grow. */
  now(): number;
  /** From now on it is called at every tick. */
  add(onTick: () => void): void;
  delete(onTick: () => void): void;
}

/** What all connections of a process share. */
export interface WireClocks {
  /** Ticks while lines wait for their turn. */
  readonly pace: Clock;
  /** Ticks while there is a connection: is the other side still there? */
  readonly watch: Clock;
}

export function wireClocks(): WireClocks {
  return { pace: new TickingClock(100), watch: new TickingClock(5_000) };
}

/** One timer, and none while nobody waits for it. */
class TickingClock implements Clock {
  readonly #everyMs: number;
  readonly #members = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  now(): number {
    return performance.now();
  }

  add(onTick: () => void): void {
    this.#members.add(onTick);
    this.#timer ??= setInterval(() => {
      for (const member of this.#members) member();
    }, this.#everyMs);
  }

  delete(onTick: () => void): void {
    if (!this.#members.delete(onTick) || this.#members.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
