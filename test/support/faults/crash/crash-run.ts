/** One house in which the gateway dies at one crash point after the other, under traffic in one direction. */

import { once } from 'node:events';
import { aged } from '../../aged-server.ts';
import { check, type Row } from '../checker.ts';
import type { FaultHouse } from '../fault-house.ts';
import type { DirectionName } from '../ledger.ts';
import { startFaultHouse } from '../start-fault-house.ts';
import { tableOf } from '../verdict-table.ts';
import { type Cell, everySenderIsTold, nameOf, nothingHasLeft } from './matrix.ts';

/** What became of a cell. */
export interface Outcome {
  readonly cell: Cell;
  /** Of the cell's own messages. */
  readonly row: Row | undefined;
  /** One sentence for each broken promise; that it was not reached is one. */
  readonly faults: readonly string[];
}

/** Of one direction, each time. */
const BEFORE = 2;
const AT = 3;
const AFTER = 2;
/** Of which each is too large for a record: it lies in a file. */
const LARGE_BYTES = 80 * 1024;
/** A point that is not reached by then is never reached. */
const REACHED_WITHIN_MS = 20_000;
const KILLED = { at: 0, what: 'gateway', how: 'killed' } as const;

interface CrashRun {
  /** The next process dies at the same point, too, if it comes past it in what it does first. */
  readonly twice: boolean;
  /** Called with the house where a promise was broken. */
  keep(house: FaultHouse, cell: Cell): Promise<void>;
}

export async function runCells(
  cells: readonly Cell[],
  { twice, keep }: CrashRun,
): Promise<readonly Outcome[]> {
  const directions = [...new Set(cells.map(({ direction }) => direction))];
  const house = await startFaultHouse({ directions, env: envOf(cells[0]) });
  await aged();
  try {
    const outcomes: Outcome[] = [];
    for (const [index, cell] of cells.entries()) {
      const next = envOf(cells[index + 1]);
      const outcome = await run(house, cell, twice, next);
      if (outcome.faults.length > 0) await keep(house, cell);
      outcomes.push(outcome);
    }
    // What came again when a later cell's process died is in no cell.
    const deaths = cells.flatMap(() => (twice ? [KILLED, KILLED] : [KILLED]));
    const { violations } = check({ records: house.ledger.records, faults: deaths }, house.promises);
    const [last] = outcomes.slice(-1);
    if (last === undefined || violations.length === 0) return outcomes;
    const faults = [...last.faults, ...violations.map((each) => `in all its house: ${each}`)];
    return [...outcomes.slice(0, -1), { ...last, faults }];
  } finally {
    await house.stop();
  }
}

function envOf(cell: Cell | undefined): Readonly<Record<string, string>> {
  return cell === undefined ? {} : { POSTERN_CRASH_AT: `${nameOf(cell)} after SIGUSR2` };
}

async function run(
  house: FaultHouse,
  cell: Cell,
  twice: boolean,
  next: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const direction = house.direction(cell.direction);
  const bytes = cell.point.startsWith('spool.') ? LARGE_BYTES : 0;
  await house.up();
  const first = nextOf(house, cell.direction);
  direction.send(BEFORE);
  await house.settled();

  house.nextEnv = twice ? { POSTERN_CRASH_AT: nameOf(cell) } : next;
  const { restarts } = house;
  const { program } = house.gateway;
  program.signal('SIGUSR2');
  await program.printed(({ msg }) => msg === 'crash point armed');
  direction.send(AT, undefined, bytes);
  const over = once(AbortSignal.timeout(REACHED_WITHIN_MS), 'abort');
  await Promise.race([program.exited(), over]);
  const hasDied = program.output.includes(`died at ${cell.point} `);
  house.nextEnv = next;
  direction.send(AFTER);
  await house.settled();
  // Whatever comes next has to begin with a process that waits for its own point.
  if (house.restarts < restarts + (twice ? 2 : 1)) await house.kill('gateway');

  const { promised } = direction;
  const records = house.ledger.records.filter(
    (each) => each.direction === cell.direction && each.n >= first,
  );
  const verdict = check(
    { records, faults: twice ? [KILLED, KILLED] : [KILLED] },
    { [cell.direction]: nothingHasLeft(cell) ? { ...promised, duplicates: {} } : promised },
  );
  const [row] = verdict.rows;
  const faults = [
    ...(hasDied ? [] : ['the point was not reached']),
    ...(row !== undefined && row.delivered > 0 ? [] : ['nothing was delivered']),
    ...(everySenderIsTold(cell) && row?.unconfirmed !== 0 ? ['a sender was not told'] : []),
    ...verdict.violations.map((each) => `${each}\n${tableOf(verdict)}`),
  ];
  return { cell, row, faults };
}

/** The number of the first message that is still to be sent. */
function nextOf({ ledger }: FaultHouse, direction: DirectionName): number {
  return ledger.records.reduce(
    (next, each) => (each.direction === direction ? Math.max(next, each.n + 1) : next),
    0,
  );
}
