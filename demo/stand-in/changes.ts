/** Lets waiters look again whenever something has changed. */
export class Changes {
  readonly #watchers = new Set<() => void>();

  tell(): void {
    for (const look of this.#watchers) look();
  }

  /** Resolves with true when the condition holds, with false when the signal fires before. */
  when(condition: () => boolean, signal: AbortSignal): Promise<boolean> {
    if (condition()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (held: boolean) => {
        this.#watchers.delete(look);
        signal.removeEventListener('abort', give);
        resolve(held);
      };
      const look = () => condition() && end(true);
      const give = () => end(false);
      this.#watchers.add(look);
      signal.addEventListener('abort', give);
    });
  }
}
