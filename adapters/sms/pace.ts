import type { AccountId } from 'postern/adapter';

const MINUTE_MS = 60_000;

/** How many texts each account may still send in this minute. Forgets everything with the minute. */
export class Pace {
  readonly #perMinute: number;
  readonly #now: () => number;
  readonly #sent = new Map<AccountId, number>();
  #minute = 0;

  /** @param now milliseconds of a clock that never goes back */
  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Counts one text. False: too many, and it was not counted. */
  take(account: AccountId): boolean {
    const minute = Math.floor(this.#now() / MINUTE_MS);
    if (minute !== this.#minute) this.#sent.clear();
    this.#minute = minute;
    const sent = this.#sent.get(account) ?? 0;
    if (sent >= this.#perMinute) return false;
    this.#sent.set(account, sent + 1);
    return true;
  }
}
