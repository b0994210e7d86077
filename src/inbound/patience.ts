/** Ends waits that last too long, all of the same length: so one timer serves them all. */
export class Patience {
  readonly #ms: number;
  /** In the order of their end. */
  readonly #waits = new Set<{ readonly until: number; readonly end: () => void }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Settles as the work does, or rejects when that takes too long. The work goes on. */
  with<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const wait = {
        until: performance.now() + this.#ms,
        end: () => reject(new Error(`it took more than ${this.#ms} ms`)),
      };
      this.#waits.add(wait);
      this.#timer ??= setTimeout(() => this.#endOverdue(), this.#ms).unref();
      work.then(resolve, reject).finally(() => this.#waits.delete(wait));
    });
  }

  #endOverdue(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const wait of this.#waits) {
      if (wait.until > now) {
        this.#timer = setTimeout(() => this.#endOverdue(), wait.until - now).unref();
        return;
      }
      this.#waits.delete(wait);
      wait.end();
    }
  }
}
