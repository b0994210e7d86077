import { describe, expect, it } from 'vitest';
import { check, type Promised } from '../../support/faults/checker.ts';
import { type Fault, Ledger, type LedgerRecord, type Seen } from '../../support/faults/ledger.ts';
import { tableOf } from '../../support/faults/verdict-table.ts';

const PROMISED: Promised = { order: true, receipts: true, duplicates: {}, sameId: true };
const OFFERED: Seen = { is: 'offered' };
const ACCEPTED: Seen = { is: 'accepted', by: '250' };
const RECEIPT: Seen = { is: 'receipt', id: 'r' };
const arrived = (id?: string): Seen => ({ is: 'arrived', ...(id === undefined ? {} : { id }) });
const told = (says: 'refused' | 'perhaps-taken' | 'perhaps-sent' | 'failed'): Seen => {
  return { is: 'error', says, text: 'no' };
};
const REFUSED = told('refused');

/** Each a message of one lane, in the order of their first word; `n/place` is one step. */
type Step = readonly [n: number, seen: Seen];

function judge(steps: readonly Step[], promised: Partial<Promised> = {}, faults: Fault[] = []) {
  const records = steps.map(([n, seen]): LedgerRecord => {
    return { direction: 'sms-xmpp', lane: 0, n, at: 0, ...seen };
  });
  const verdict = check({ records, faults }, { 'sms-xmpp': { ...PROMISED, ...promised } });
  const { direction, ...row } = verdict.rows[0] ?? { direction: undefined };
  const counts = Object.entries(row).filter(([, count]) => count !== 0);
  return { counts: Object.fromEntries(counts), violations: verdict.violations };
}

const whole = (n: number, id?: string): Step[] => [
  [n, OFFERED],
  [n, ACCEPTED],
  [n, arrived(id)],
  [n, RECEIPT],
];

describe('what breaks no promise', () => {
  it('nothing at all', () => {
    expect(check({ records: [], faults: [] }, {})).toEqual({ rows: [], violations: [] });
  });

  it.each<[string, Step[], object]>([
    ['all that should be', whole(0), { offered: 1, accepted: 1, delivered: 1 }],
    [
      'its receipt is missing',
      [
        [0, OFFERED],
        [0, arrived()],
      ],
      { offered: 1, accepted: 1, delivered: 1, unconfirmed: 1 },
    ],
    [
      'it failed, and its source was told',
      [
        [0, OFFERED],
        [0, ACCEPTED],
        [0, told('failed')],
      ],
      { offered: 1, accepted: 1, told: 1 },
    ],
    [
      'it was refused after a proof that was none',
      [
        [0, OFFERED],
        [0, ACCEPTED],
        [0, REFUSED],
      ],
      { offered: 1, accepted: 1, told: 1 },
    ],
    [
      'it may have been sent, as its source was told, and it was',
      [
        [0, OFFERED],
        [0, told('perhaps-sent')],
        [0, arrived()],
      ],
      { offered: 1, accepted: 1, delivered: 1 },
    ],
    [
      'it was refused, and taken as it was offered again',
      [[0, OFFERED], [0, REFUSED], ...whole(0)],
      { offered: 1, accepted: 1, delivered: 1 },
    ],
    [
      'one of two offers was refused, the other heard',
      [
        [0, OFFERED],
        [0, OFFERED],
        [0, REFUSED],
        [0, arrived()],
        [0, RECEIPT],
      ],
      { offered: 1, accepted: 1, delivered: 1 },
    ],
    [
      'it was put aside',
      [
        [0, OFFERED],
        [0, ACCEPTED],
        [0, { is: 'parked' }],
      ],
      { offered: 1, accepted: 1, parked: 1 },
    ],
    ['nobody knows whether it was taken', [[0, OFFERED]], { offered: 1, unproved: 1 }],
    [
      'refused, offered again, and nothing more',
      [
        [0, OFFERED],
        [0, REFUSED],
        [0, OFFERED],
      ],
      { offered: 1, unproved: 1 },
    ],
    [
      'a receipt that came twice',
      [...whole(0), [0, RECEIPT]],
      { offered: 1, accepted: 1, delivered: 1 },
    ],
    [
      'what was offered again is behind what was offered in between',
      [
        [0, OFFERED],
        [1, OFFERED],
        [0, OFFERED],
        [1, arrived()],
        [0, arrived()],
        [0, RECEIPT],
        [1, RECEIPT],
      ],
      { offered: 2, accepted: 2, delivered: 2 },
    ],
  ])('%s', (_, steps, counts) => {
    expect(judge(steps)).toEqual({ counts, violations: [] });
  });

  it('repeats with the same id, not more than the faults may bring', () => {
    const steps: Step[] = [...whole(0, 'a'), [0, arrived('a')], [0, arrived('a')]];
    const faults: Fault[] = [
      { at: 0, what: 'gateway', how: 'killed' },
      { at: 1, what: 'gateway', how: 'killed' },
    ];
    const { counts, violations } = judge(steps, { duplicates: { gateway: 1 } }, faults);
    expect(counts).toMatchObject({ repeats: 2 });
    expect(violations).toEqual([]);
  });

  it('repeats do not count for the order', () => {
    const steps: Step[] = [...whole(0, 'a'), ...whole(1, 'b'), [0, arrived('a')]];
    const faults: Fault[] = [{ at: 0, what: 'redis', how: 'killed' }];
    expect(judge(steps, { duplicates: { redis: 1 } }, faults).violations).toEqual([]);
  });

  it('no order, where none is promised', () => {
    const steps: Step[] = [
      [0, OFFERED],
      [1, OFFERED],
      [1, arrived()],
      [0, arrived()],
    ];
    const { counts, violations } = judge(steps, { order: false, receipts: false });
    expect(counts).toMatchObject({ inversions: 1 });
    expect(violations).toEqual([]);
  });
});

describe('what breaks one', () => {
  it.each<[string, Step[], string]>([
    [
      'accepted, and never seen again',
      [
        [7, OFFERED],
        [7, ACCEPTED],
      ],
      '1 accepted and lost (0/7)',
    ],
    [
      'told, offered again, accepted, and never seen again',
      [
        [7, OFFERED],
        [7, REFUSED],
        [7, OFFERED],
        [7, ACCEPTED],
      ],
      '1 accepted and lost (0/7)',
    ],
    [
      'one overtakes another',
      [
        [0, OFFERED],
        [1, OFFERED],
        [1, arrived()],
        [0, arrived()],
        [0, RECEIPT],
        [1, RECEIPT],
      ],
      '1 out of order (0/0)',
    ],
    ['a repeat without a fault', [...whole(0, 'a'), [0, arrived('a')]], '1 duplicates, of which'],
    ['a receipt and an error', [...whole(0), [0, told('perhaps-sent')]], '1 with more than one'],
    ['two receipts', [...whole(0), [0, { is: 'receipt', id: 's' }]], '1 with more than one'],
    [
      'an error of what arrived',
      [
        [0, OFFERED],
        [0, arrived()],
        [0, told('failed')],
      ],
      '1 with an untrue error',
    ],
    [
      'it was refused whenever it was offered, and arrived',
      [
        [0, OFFERED],
        [0, REFUSED],
        [0, arrived()],
      ],
      '1 with an untrue error',
    ],
  ])('%s', (_, steps, violation) => {
    const { violations } = judge(steps);
    expect(violations).toHaveLength(1);
    expect(violations[0]).toContain(`sms-xmpp: ${violation}`);
  });

  it('a receipt of what never arrived is untrue, and the message is lost', () => {
    const { violations } = judge([
      [0, OFFERED],
      [0, RECEIPT],
    ]);
    expect(violations).toEqual([
      'sms-xmpp: 1 accepted and lost (0/0)',
      'sms-xmpp: 1 with an untrue receipt (0/0)',
    ]);
  });

  it.each([
    ['another id', 'b'],
    ['none', undefined],
  ])('a repeat with %s, although there may be repeats', (_, id) => {
    const faults: Fault[] = [{ at: 0, what: 'gateway', how: 'killed' }];
    const steps: Step[] = [...whole(0, 'a'), [0, arrived(id)]];
    const { violations } = judge(steps, { duplicates: { gateway: 128 } }, faults);
    expect(violations).toEqual(['sms-xmpp: 1 duplicates with another id (0/0)']);
  });

  it('one repeat more than the faults may bring', () => {
    const faults: Fault[] = [{ at: 0, what: 'gateway', how: 'killed' }];
    const steps: Step[] = [...whole(0, 'a'), [0, arrived('a')], [0, arrived('a')]];
    const { violations } = judge(steps, { duplicates: { gateway: 1, redis: 5 } }, faults);
    expect(violations).toEqual(['sms-xmpp: 2 duplicates, of which 1 may be (0/0)']);
  });

  it('a direction of which nothing is promised', () => {
    const ledger = new Ledger();
    ledger.note({ direction: 'xmpp-irc', lane: 0, n: 0 }, OFFERED);
    expect(() => check(ledger, {})).toThrow('nothing is promised of xmpp-irc');
  });
});

it.each([
  ['that it had lately', 60_000, 'server', 'killed', []],
  [
    'that it had long ago',
    60_001,
    'server',
    'killed',
    ['sms-xmpp: 1 duplicates, of which 0 may be (0/0)'],
  ],
  [
    'that was only stopped',
    60_000,
    'server',
    'paused',
    ['sms-xmpp: 1 duplicates, of which 0 may be (0/0)'],
  ],
  ['of another', 60_000, 'redis', 'killed', ['sms-xmpp: 1 duplicates, of which 0 may be (0/0)']],
] as const)('a repeat from a server %s', (_, at, what, how, violations) => {
  const key = { direction: 'sms-xmpp', lane: 0, n: 0 } as const;
  const records: LedgerRecord[] = [
    { ...key, at: 29_000, is: 'offered' },
    { ...key, at: 30_000, is: 'arrived', id: 'a' },
    { ...key, at: 70_000, is: 'arrived', id: 'a' },
  ];
  const again = { of: 'server', ms: 30_000 } as const;
  const promises = { 'sms-xmpp': { ...PROMISED, again } };
  expect(check({ records, faults: [{ at, what, how }] }, promises).violations).toEqual(violations);
});

it('the table has a line for each direction, and names what is broken', () => {
  const ledger = new Ledger();
  for (const n of [3, 4]) ledger.note({ direction: 'xmpp-sms', lane: 2, n }, ACCEPTED);
  const table = tableOf(check(ledger, { 'xmpp-sms': PROMISED }));
  expect(table).toMatch(/^direction +offered +accepted .*\nxmpp-sms +2 +2 +0 /);
  expect(table).toContain('\nBROKEN xmpp-sms: 2 accepted and lost (2/3, 2/4)');
});
