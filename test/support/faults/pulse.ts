/** How often whoever was refused tries again. */
const BEAT_MS = 250;

/** The patience of all sources: what did not work is tried again with the next beat. */
export class Pulse {
  readonly #beats = new Set<() => void>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => {
      for (const beat of this.#beats) beat();
    }, BEAT_MS);
  }

  /** @returns what ends it */
  beat(beat: () => void): () => void {
    this.#beats.add(beat);
    return () => this.#beats.delete(beat);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#beats.clear();
  }
}
