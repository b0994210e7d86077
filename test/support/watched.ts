/** Something whose changes a test waits for. */
export class Watched {
  readonly #watches = new Set<() => void>();

  /** Resolves as soon as it is true: asked now, and after each thing that happens here. */
  until(condition: (self: this) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition(this)) return;
        this.#watches.delete(look);
        resolve();
      };
      this.#watches.add(look);
      look();
    });
  }

  protected changed(): void {
    for (const look of [...this.#watches]) look();
  }
}
