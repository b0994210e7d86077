/** So many may be under way at once; the others wait for their turn, in order. */
export class Slots {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves to false when the time is up. */
  async take(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#free > 0) {
      this.#free -= 1;
      return true;
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const turn = (): void => resolve(true);
    const timeUp = (): void => {
      if (this.#waiting.delete(turn)) resolve(false);
    };
    this.#waiting.add(turn);
    signal.addEventListener('abort', timeUp, { once: true });
    const taken = await promise;
    signal.removeEventListener('abort', timeUp);
    return taken;
  }

  give(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
    } else {
      this.#waiting.delete(next);
      next();
    }
  }
}
