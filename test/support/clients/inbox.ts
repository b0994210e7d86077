/** What has come in and has not been asked for, and those who wait for more. */
export class Inbox<T> {
  #arrived: T[] = [];
  #waiting: {
    readonly wanted: (item: T) => boolean;
    readonly resolve: (item: T) => void;
    readonly reject: (error: Error) => void;
  }[] = [];
  #ended: Error | undefined;

  add(item: T): void {
    const index = this.#waiting.findIndex(({ wanted }) => wanted(item));
    if (index < 0) this.#arrived.push(item);
    else this.#waiting.splice(index, 1)[0]?.resolve(item);
  }

  /** The first that fits, of those that came or will come. It is taken out. */
  take(wanted: (item: T) => boolean): Promise<T> {
    const index = this.#arrived.findIndex(wanted);
    const [found] = index < 0 ? [] : this.#arrived.splice(index, 1);
    if (found !== undefined) return Promise.resolve(found);
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => this.#waiting.push({ wanted, resolve, reject }));
  }

  /** What came and was not taken. */
  get rest(): readonly T[] {
    return this.#arrived;
  }

  /** Nothing more comes: whoever waits is told. */
  end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ended);
  }
}
