/** What has to be ended, in the reverse order of its beginning. */
export class Ending {
  readonly #steps: (() => Promise<unknown>)[] = [];
  #run: Promise<void> | undefined;

  /** Adds a step; it runs before those that were added earlier. */
  add(step: () => Promise<unknown>): void {
    this.#steps.push(step);
  }

  /** Runs every step once, whatever becomes of the others. */
  run(): Promise<void> {
    this.#run ??= this.#all();
    return this.#run;
  }

  async #all(): Promise<void> {
    const failed: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      await step().catch((error: unknown) => failed.push(error));
    }
    if (failed.length > 0) throw new AggregateError(failed, 'not everything ended well');
  }
}
