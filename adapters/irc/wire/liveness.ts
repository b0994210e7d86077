/** Whether the server is still there, and how long it is waited for. Without a timer of its own: see `Clock`. */

import type { Clock } from './clock.ts';

export interface LivenessOptions {
  readonly clock: Clock;
  /** Asks the server for a word. @returns false where it can not be asked yet */
  readonly ask: () => boolean;
  readonly gone: () => void;
}

/** Until the server knows us. */
const SETUP_MS = 60_000;
/** After so long without a word the server is asked for one, and after so long it is gone. */
const SILENT_MS = 45_000;
const GONE_MS = 75_000;
const QUIT_MS = 5_000;

export class Liveness {
  readonly #options: LivenessOptions;
  readonly #onTick = (): void => this.#watch();
  #heardAt: number;
  #isAsked = false;
  #isDeaf = false;
  /** By the clock: for the registration, or for the end. */
  #patienceUntil: number;

  /** The connection begins. */
  constructor(options: LivenessOptions) {
    const { clock } = options;
    this.#options = options;
    this.#heardAt = clock.now();
    this.#patienceUntil = this.#heardAt + SETUP_MS;
    clock.add(this.#onTick);
  }

  /** The server has said something. */
  heard(): void {
    this.#heardAt = this.#options.clock.now();
    this.#isAsked = false;
  }

  /** The server is not read: it may say what it will. */
  deaf(): void {
    this.#isDeaf = true;
  }

  /** It is read again, and has all its time again. */
  listening(): void {
    if (this.#isDeaf) this.heard();
    this.#isDeaf = false;
  }

  /** The server knows us. */
  registered(): void {
    this.#patienceUntil = Number.POSITIVE_INFINITY;
  }

  /** We have said good-bye. */
  leaving(): void {
    this.#patienceUntil = this.#options.clock.now() + QUIT_MS;
  }

  /** The connection is gone. */
  stop(): void {
    this.#options.clock.delete(this.#onTick);
  }

  /** Every few seconds, together with all other connections. */
  #watch(): void {
    const { clock, ask, gone } = this.#options;
    const now = clock.now();
    const silentMs = this.#isDeaf ? 0 : now - this.#heardAt;
    if (now > this.#patienceUntil || silentMs > GONE_MS) gone();
    else if (silentMs > SILENT_MS && !this.#isAsked) this.#isAsked = ask();
  }
}
