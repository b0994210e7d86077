import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CRASH_POINTS } from '../../src/crash-point.ts';
import { type Outcome, runCells } from '../support/faults/crash/crash-run.ts';
import { CELLS, type Cell, nameOf, unreached } from '../support/faults/crash/matrix.ts';
import { DIRECTIONS } from '../support/faults/ledger.ts';

/** A directory for what is left of a cell that broke a promise. */
const KEEP = process.env.FAULTS_KEEP;
/** Some of them, with commas between: `xmpp-sms send.left`, a direction or a point. */
const CHOSEN = process.env.CRASH_CELLS?.split(',');

const is =
  (...directions: readonly Cell['direction'][]) =>
  ({ direction }: Cell) =>
    directions.includes(direction);
const isLong = (cell: Cell) =>
  ['accept.after', 'claim.after@sms.o', 'send.before@sms.o', 'send.left'].includes(nameOf(cell)) &&
  is('xmpp-sms')(cell);
/** Side by side, each with servers of its own. */
const HOUSES: readonly ((cell: Cell) => boolean)[] = [
  // What nobody can say for half a minute whether it was sent.
  isLong,
  (cell) => is('xmpp-sms', 'sms-xmpp')(cell) && !isLong(cell),
  is('xmpp-mail', 'mail-xmpp'),
  is('xmpp-irc-room', 'irc-room-xmpp'),
  is('xmpp-irc', 'irc-xmpp'),
];

it('whatever it does when it dies: nothing is lost, nothing overtakes, and nobody is told what is not true', async () => {
  const chosen = CELLS.filter(
    (cell) =>
      CHOSEN?.some((each) =>
        [cell.direction, cell.point, nameOf(cell), `${cell.direction} ${nameOf(cell)}`].includes(
          each,
        ),
      ) ?? true,
  );
  const begun = await Promise.allSettled(
    HOUSES.map((isIn) => chosen.filter(isIn))
      .filter(({ length }) => length > 0)
      .map((cells) =>
        runCells(cells, {
          twice: process.env.CRASH_TWICE !== undefined,
          async keep(house, { direction, ...cell }) {
            if (KEEP !== undefined) await house.keep(join(KEEP, `${direction}-${nameOf(cell)}`));
          },
        }),
      ),
  );
  const outcomes = begun.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
  process.stdout.write(`${tableOf(outcomes)}\n`);
  const broken = outcomes.flatMap(({ cell, faults }) =>
    faults.map((fault) => `${cell.direction} ${nameOf(cell)}: ${fault}`),
  );
  expect(broken).toEqual([]);
  for (const each of begun) if (each.status === 'rejected') throw each.reason;
  expect(outcomes).toHaveLength(chosen.length);
});

/** For people: how many messages came again in each cell, or that it broke a promise. */
function tableOf(outcomes: readonly Outcome[]): string {
  const rows = [
    ['', ...DIRECTIONS],
    ...CRASH_POINTS.map((point) => [
      point,
      ...DIRECTIONS.map(
        (direction) =>
          outcomes
            .filter(({ cell }) => cell.point === point && cell.direction === direction)
            .map(({ faults, row }) => (faults.length > 0 ? 'BROKEN' : `${row?.repeats}`))
            .join(' + ') || '·',
      ),
    ]),
  ];
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, at) => cell.padEnd(widths?.[at] ?? 0)).join('  '));
  return [...lines, ...unreached()].join('\n');
}
