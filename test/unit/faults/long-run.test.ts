import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { crossOf } from '../../faults/long-run/cross.ts';
import { MARKED, textOf } from '../../faults/long-run/page.ts';
import { LONG, planOf, SHORT } from '../../faults/long-run/plan.ts';
import { RESULTS, readResults } from '../../faults/long-run/results.ts';
import type { LedgerRecord, Seen } from '../../support/faults/ledger.ts';
import { ROOT } from '../../support/processes.ts';

it('a seed has one plan, with all that a part has to have, and another seed another', () => {
  const plan = planOf(7, LONG);
  expect(planOf(7, LONG)).toEqual(plan);
  expect(planOf(8, LONG)).not.toEqual(plan);
  const killed = plan.flatMap((step) => (step.does === 'kill' ? step.whom : []));
  const kills = Object.fromEntries(
    Object.entries(Object.groupBy(killed, (whom) => whom)).map(([whom, all]) => [whom, all.length]),
  );
  expect(kills).toEqual(LONG.kills);
  const pauses = plan.flatMap((step) => (step.does === 'pause' ? step.ms : []));
  expect(pauses).toHaveLength(3);
  expect(Math.min(...pauses)).toBeGreaterThan(30_000);
});

it('ten parts have what is asked for before a release', () => {
  const { kills, pauses, messages } = LONG;
  const { gateway, redis, ...peers } = kills;
  expect(10 * messages).toBeGreaterThanOrEqual(100_000);
  expect(10 * gateway).toBeGreaterThanOrEqual(200);
  expect(10 * redis).toBeGreaterThanOrEqual(50);
  expect(10 * Object.values(peers).reduce((sum, each) => sum + each)).toBeGreaterThanOrEqual(50);
  expect(10 * (pauses.of.length + pauses.more)).toBeGreaterThanOrEqual(20);
  expect(Object.values(SHORT.kills)).not.toContain(0);
});

it('a message is counted under the fault before its end', () => {
  const at = (n: number, when: number, seen: Seen): LedgerRecord => ({
    ...{ direction: 'sms-xmpp', lane: 0, n, at: when },
    ...seen,
  });
  const records = [
    at(0, 1, { is: 'offered' }),
    at(1, 2, { is: 'offered' }),
    at(0, 3, { is: 'arrived', id: 'a' }),
    at(1, 12, { is: 'arrived', id: 'b' }),
    at(2, 13, { is: 'offered' }),
    at(2, 21, { is: 'arrived', id: 'c' }),
    at(2, 22, { is: 'arrived', id: 'c' }),
  ];
  const faults = [
    { at: 10, what: 'gateway', how: 'killed' },
    { at: 20, what: 'redis', how: 'paused' },
  ] as const;
  const promised = { order: true, receipts: false, duplicates: {}, sameId: true };
  const rows = crossOf({ records, faults }, { 'sms-xmpp': promised });
  expect(rows.map(({ fault, delivered, repeats }) => [fault, delivered, repeats])).toEqual([
    ['none yet', 1, 0],
    ['gateway killed', 1, 0],
    ['redis paused', 1, 1],
  ]);
});

it('a text to the carrier is counted when its source hears of it, not when the carrier is asked', () => {
  const key = { direction: 'xmpp-sms', lane: 0, n: 0 } as const;
  const records: LedgerRecord[] = [
    { ...key, at: 1, is: 'offered' },
    { ...key, at: 2, is: 'receipt' },
    { ...key, at: 30, is: 'arrived' },
  ];
  const faults = [{ at: 10, what: 'redis', how: 'killed' }] as const;
  const promised = { order: true, receipts: true, duplicates: {}, sameId: false };
  const rows = crossOf({ records, faults }, { 'xmpp-sms': promised });
  expect(rows).toMatchObject([{ fault: 'none yet', delivered: 1, unconfirmed: 0 }]);
});

it('the page has what the results have', async () => {
  const page = await readFile(join(ROOT, 'docs/reliability.md'), 'utf8');
  const [, , text] = MARKED.exec(page) ?? [];
  expect(text).toBe(textOf(await readResults(RESULTS)));
});
