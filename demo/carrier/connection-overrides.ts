/** What can go wrong with a webhook: no connection, no answer in time, a status. */
export type Failure = 'ct' | 'rt' | '4xx' | '5xx';

/** How a webhook is called, from the fragment of its URL: `#rc=2&rp=all`. */
export interface ConnectionOverrides {
  /** Further tries after the first. */
  readonly retries: number;
  readonly retryOn: ReadonlySet<Failure>;
  readonly connectMs: number;
  readonly readMs: number;
  /** For all tries together. */
  readonly totalMs: number;
}

/**
 * Without a fragment: one further try, and only when no connection came about (Twilio, "Webhooks",
 * "Connection overrides"). Values out of range are brought into it.
 */
export function connectionOverrides(fragment: string): ConnectionOverrides {
  const given = new URLSearchParams(fragment.replace(/^#/, ''));
  const number = (name: string, usual: number, least: number, most: number): number => {
    const value = Number(given.get(name) ?? usual);
    return Number.isInteger(value) ? Math.min(Math.max(value, least), most) : usual;
  };
  return {
    retries: number('rc', 1, 0, 5),
    retryOn: failures(given.get('rp') ?? 'ct'),
    connectMs: number('ct', 5_000, 100, 10_000),
    readMs: number('rt', 15_000, 100, 15_000),
    totalMs: number('tt', 15_000, 100, 15_000),
  };
}

function failures(policy: string): ReadonlySet<Failure> {
  const all: readonly Failure[] = ['ct', 'rt', '4xx', '5xx'];
  const named = policy.split(',');
  return new Set(named.includes('all') ? all : all.filter((failure) => named.includes(failure)));
}
