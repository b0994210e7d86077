import type { Log } from './log.ts';

const MAX_KEYS = 1000;
const MAX_KIND = 200;

/**
 * Keeps a fault that repeats itself from filling the log: the first of its kind is let through, then
 * one a period, with the number of those that were not. Bounded, and without a timer.
 */
export class RepeatLimit {
  readonly #periodMs: number;
  readonly #now: () => number;
  /** In the order in which they were let through last. */
  readonly #kinds = new Map<string, { readonly since: number; suppressed: number }>();

  /** @param now monotonic milliseconds */
  constructor(periodMs = 60_000, now: () => number = () => performance.now()) {
    this.#periodMs = periodMs;
    this.#now = now;
  }

  /** How many of this kind were held back since one was let through; undefined: hold this one back too. */
  pass(kind: string): number | undefined {
    const now = this.#now();
    const known = this.#kinds.get(kind);
    if (known !== undefined && now - known.since < this.#periodMs) {
      known.suppressed += 1;
      return undefined;
    }
    this.#kinds.delete(kind);
    this.#kinds.set(kind, { since: now, suppressed: 0 });
    if (this.#kinds.size > MAX_KEYS) this.#forgetOldest();
    return known?.suppressed ?? 0;
  }

  #forgetOldest(): void {
    for (const [oldest] of this.#kinds) {
      this.#kinds.delete(oldest);
      return;
    }
  }
}

/**
 * What becomes of errors that stop nothing: a line each, and of those that repeat themselves one a
 * minute, with `repeated`, how many there were since the last one.
 * @param words what goes on where they come from
 */
export function errorLog(
  log: Pick<Log, 'warn' | 'error'>,
  words: string,
  level: 'warn' | 'error' = 'error',
  limit = new RepeatLimit(),
): (error: unknown) => void {
  return (error) => {
    const repeated = limit.pass(kindOf(error));
    if (repeated === undefined) return;
    log[level](repeated === 0 ? { error } : { error, repeated }, words);
  };
}

/** Ids and times in a message make no new kind of it. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return `${error.name} ${error.message.slice(0, MAX_KIND).replace(/\d+/g, '#')}`;
}
