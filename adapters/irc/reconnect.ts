/** When one may come back to a server after a connection to it has ended. */

import { LASTING_MS } from './gate.ts';
import type { Ending } from './wire/events.ts';

export interface ReconnectOptions {
  readonly now: () => number;
  /** From 0 to 1. */
  readonly chance: () => number;
}

/** So often a server may be unreachable before those are refused who have not been in yet. */
const MAX_FAILURES = 3;
const BACKOFF_MS = { first: 500, second: 2_000, unwanted: 60_000, most: 300_000 } as const;
export const UNWANTED_MS = BACKOFF_MS.unwanted;

/** After these it is of no use to come back at once. */
const UNWANTED: ReadonlySet<Ending> = new Set([
  ...(['banned', 'too-fast', 'untrusted', 'password', 'insecure'] as const),
  ...(['login', 'nick', 'killed', 'flood', 'full', 'misbehaved'] as const),
]);

export class Reconnect {
  readonly #options: ReconnectOptions;
  #failures = 0;
  #notBefore = 0;

  constructor(options: ReconnectOptions) {
    this.#options = options;
  }

  /** Milliseconds from now. */
  get waitMs(): number {
    return Math.max(0, this.#notBefore - this.#options.now());
  }

  /** A connection ended. @param lastedMs from the moment at which the server knew us; 0: it never did */
  ended(why: Ending, lastedMs: number): void {
    if (why === 'quit') this.#failures = 0;
    else this.#failures = lastedMs > LASTING_MS ? 1 : this.#failures + 1;
    this.#notBefore = this.#options.now() + (why === 'quit' ? 0 : this.#backoff(why));
  }

  /** Whether somebody who has not been in yet is better told so than kept waiting. */
  isHopeless(why: Ending): boolean {
    return UNWANTED.has(why) || this.#failures >= MAX_FAILURES;
  }

  #backoff(why: Ending): number {
    const { chance } = this.#options;
    const first = UNWANTED.has(why) ? BACKOFF_MS.unwanted : BACKOFF_MS.second;
    if (this.#failures === 1 && first === BACKOFF_MS.second) return chance() * BACKOFF_MS.first;
    const most = Math.min(first * 2 ** Math.min(this.#failures - 1, 10), BACKOFF_MS.most);
    return most * (0.5 + chance() / 2);
  }
}
