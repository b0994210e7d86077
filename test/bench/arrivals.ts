/** Counts one mark in a stream of text, and remembers when each came. */
export class Arrivals {
  /** Milliseconds by the clock of `performance`, in the order in which they came. */
  readonly at: number[] = [];
  readonly #mark: string;
  readonly #waiting = new Set<{ readonly total: number; readonly resolve: () => void }>();
  #rest = '';

  constructor(mark: string) {
    this.#mark = mark;
  }

  get count(): number {
    return this.at.length;
  }

  hear(text: string): void {
    const mark = this.#mark;
    const heard = this.#rest + text;
    const now = performance.now();
    let read = 0;
    for (let at = heard.indexOf(mark); at >= 0; at = heard.indexOf(mark, read)) {
      this.at.push(now);
      read = at + mark.length;
    }
    // Shorter than the mark: it is never counted twice.
    this.#rest = heard.slice(Math.max(read, heard.length - mark.length + 1));
    for (const waiter of this.#waiting) {
      if (this.count < waiter.total) continue;
      this.#waiting.delete(waiter);
      waiter.resolve();
    }
  }

  /** Resolves when so many have come since the start. */
  reached(total: number): Promise<void> {
    if (this.count >= total) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add({ total, resolve }));
  }
}
