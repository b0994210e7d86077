/** When a channel is asked for again which does not let somebody back in who has been there. */

import type { Refusal } from 'postern/adapter';

const AGAIN_MS = { first: 30_000, most: 5 * 60_000 } as const;
/** Only those who have logged in: services may know him a little later, or when he tells them who he is. */
const NOT_LOGGED_IN = 477;
const MOST_LOGINS = 20;

export class Returning {
  readonly #now: () => number;
  #tries = 0;
  #at: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether he is out, and it will be tried again. */
  get isWaiting(): boolean {
    return this.#at !== undefined;
  }

  get isTime(): boolean {
    return this.#at !== undefined && this.#now() >= this.#at;
  }

  /** Whether it may be otherwise after a while. @param code of the server */
  isForLater({ type }: Refusal, code: number | undefined): boolean {
    return type === 'wait' || (code === NOT_LOGGED_IN && this.#tries < MOST_LOGINS);
  }

  /** @returns whether it is the first time */
  wait(): boolean {
    const isFirst = this.#tries === 0;
    this.#at = this.#now() + Math.min(AGAIN_MS.first * 2 ** this.#tries, AGAIN_MS.most);
    this.#tries += 1;
    return isFirst;
  }

  /** He is in, or out for good, or the connection is gone. */
  done(): void {
    this.#tries = 0;
    this.#at = undefined;
  }
}
