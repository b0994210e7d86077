import { describe, expect, it } from 'vitest';
import { check } from '../../support/faults/checker.ts';
import { type Fault, idOf, type LedgerRecord, type Seen } from '../../support/faults/ledger.ts';
import { type AnswersFor, lossesIn, wordsOf } from '../../support/faults/losses.ts';

const GRACE_MS = 30_000;
const PROMISED = { order: false, receipts: false, duplicates: {}, sameId: true };

/** The n-th message is accepted at n, and called `#n`; it arrives where that is said. */
function told(count: number, arrived: readonly number[] = []): readonly LedgerRecord[] {
  const record = (n: number, seen: Seen): LedgerRecord => {
    return { direction: 'mail-xmpp', lane: 0, n, at: n, ...seen };
  };
  return Array.from({ length: count }, (_, n) => n).flatMap((n) => [
    record(n, { is: 'offered' }),
    record(n, { is: 'accepted', by: '250', id: `#${n}` }),
    ...(arrived.includes(n) ? [record(n, { is: 'arrived', id: `a${n}` })] : []),
  ]);
}

const killed = (...times: readonly number[]): readonly Fault[] =>
  times.map((at) => ({ at, what: 'server', how: 'killed' }));

const answered =
  (answers: Readonly<Record<string, readonly number[]>>): AnswersFor =>
  ({ networkId }) =>
    answers[networkId ?? ''] ?? [];

function lossOf(answers: readonly number[], faults: readonly Fault[]): number | undefined {
  const [loss] = lossesIn({ records: told(1), faults }, answered({ '#0': answers }), GRACE_MS);
  expect(loss?.key.n).toBe(0);
  return loss?.answeredMs;
}

describe('what was lost', () => {
  it("is the server's where it had answered longer than the grace before it was killed", () => {
    expect(lossOf([1_000], killed(31_001))).toBe(30_001);
  });

  it.each<[string, readonly number[], readonly Fault[]]>([
    ['it had answered just so long before', [1_000], killed(31_000)],
    ['it never answered', [], killed(31_001)],
    ['it was killed before it answered, and never again', [1_000], killed(500)],
    ['it was never killed', [1_000], []],
    ['it was only paused', [1_000], [{ at: 60_000, what: 'server', how: 'paused' }]],
    ['the gateway was killed', [1_000], [{ at: 60_000, what: 'gateway', how: 'killed' }]],
    ['it was killed within the grace, and later again', [1_000], killed(2_000, 90_000)],
    ['it answered again, and was killed soon after', [1_000, 50_000], killed(40_000, 60_000)],
    ['the order of its answers is another', [50_000, 1_000], killed(40_000, 60_000)],
  ])('is ours where %s', (_, answers, faults) => {
    expect(lossOf(answers, faults)).toBeUndefined();
  });

  it('is known one by one, and nothing else is excused', () => {
    const records = told(4, [1]);
    const faults = killed(40_000);
    const answersFor = answered({ '#0': [1_000], '#1': [1_000], '#2': [39_000] });
    const losses = lossesIn({ records, faults }, answersFor, GRACE_MS);
    expect(losses.map(({ key, answeredMs }) => [key.n, answeredMs])).toEqual([
      [0, 39_000],
      [2, undefined],
      [3, undefined],
    ]);
    const own = losses.filter(({ answeredMs }) => answeredMs !== undefined);
    const excused = new Set(own.map(({ key }) => idOf(key)));
    expect(check({ records, faults }, { 'mail-xmpp': PROMISED }, excused)).toMatchObject({
      rows: [{ offered: 4, accepted: 4, delivered: 1, lost: 2 }],
      violations: ['mail-xmpp: 2 accepted and lost (0/2, 0/3)'],
    });
  });

  it('is said in a line', () => {
    const faults = killed(40_000);
    const answersFor = answered({ '#0': [1_000], '#1': [9_500], '#2': [39_000] });
    expect(wordsOf(lossesIn({ records: told(3), faults }, answersFor, GRACE_MS))).toBe(
      'lost by the server itself: 2 (mail-xmpp 2), answered for 30.5 to 39.0 s before it was killed',
    );
    expect(wordsOf(lossesIn({ records: told(3), faults }, answered({}), GRACE_MS))).toBe(
      'lost by the server itself: 0',
    );
  });
});
