/** Holds what sources and sinks saw against what is promised: design, "Invariants". Pure. */

import { type Course, coursesOf } from './course.ts';
import {
  type DirectionName,
  type Fault,
  type FaultKind,
  idOf,
  type LedgerRecord,
} from './ledger.ts';

/** What is promised of one direction. */
export interface Promised {
  /** Whether a later message of a lane may not overtake. */
  readonly order: boolean;
  /** Whether its source is told of a delivery. */
  readonly receipts: boolean;
  /** How many duplicates each fault of a kind may bring; none, if it is left out. */
  readonly duplicates: Readonly<Partial<Record<FaultKind, number>>>;
  /** Where that of a kind is killed, all may come again that it had not passed on for longer than this. */
  readonly again?: { readonly of: FaultKind; readonly ms: number };
  /** Whether a duplicate has the id of the first. */
  readonly sameId: boolean;
}

export type Promises = Readonly<Partial<Record<DirectionName, Promised>>>;

/** How many messages of a direction came to what. All but `accepted` and `delivered` may be none. */
export interface Row {
  readonly direction: DirectionName;
  readonly offered: number;
  /** Of which the source, or an arrival, proves that the gateway had it. */
  readonly accepted: number;
  readonly delivered: number;
  /** Of the delivered, those whose source waits for a receipt that never comes. */
  readonly unconfirmed: number;
  /** Not delivered as far as is known, and the source was told so. */
  readonly told: number;
  readonly parked: number;
  /** Accepted, and nothing of it was ever seen again; without what is excused. */
  readonly lost: number;
  /** Offered, and nobody knows whether it was ever in the gateway. */
  readonly unproved: number;
  /** Further arrivals. */
  readonly repeats: number;
  /** Of these, those with an id that no earlier one had. */
  readonly strangers: number;
  /** Arrived behind one that was offered after it. */
  readonly inversions: number;
  /** More than one last word to the source. */
  readonly contradicted: number;
  /** A receipt of what never arrived. */
  readonly untrueReceipts: number;
  /** An error of what arrived. */
  readonly untrueErrors: number;
}

export interface Verdict {
  readonly rows: readonly Row[];
  /** One sentence for each broken promise and direction, with some of its messages. */
  readonly violations: readonly string[];
}

/**
 * @param excused what was lost, and not by the gateway: by `idOf`
 * @throws Error for a direction in the ledger of which nothing is promised
 */
export function check(
  ledger: { readonly records: readonly LedgerRecord[]; readonly faults: readonly Fault[] },
  promises: Promises,
  excused: ReadonlySet<string> = new Set(),
): Verdict {
  const judged = [...coursesOf(ledger.records)].map(([direction, courses]) => {
    const promised = promises[direction];
    if (promised === undefined) throw new Error(`nothing is promised of ${direction}`);
    return judge(direction, courses, promised, { faults: ledger.faults, excused });
  });
  return {
    rows: judged.map(({ row }) => row),
    violations: judged.flatMap(({ violations }) => violations),
  };
}

function judge(
  direction: DirectionName,
  courses: readonly Course[],
  promised: Promised,
  { faults, excused }: { faults: readonly Fault[]; excused: ReadonlySet<string> },
): { readonly row: Row; readonly violations: readonly string[] } {
  const those = (is: (course: Course) => boolean): readonly Course[] => courses.filter(is);
  const lost = those(({ isLost, key }) => isLost && !excused.has(idOf(key)));
  const overtaken = overtakenIn(courses);
  const contradicted = those(({ lastWords }) => lastWords.size > 1);
  const untrueReceipts = those((each) => each.hasReceipt && each.arrivals === 0);
  const untrueErrors = those((each) => each.arrivals > 0 && each.isSaidToFail);
  const repeated = those(({ arrivals }) => arrivals > 1);
  const strange = those(({ strangers }) => strangers > 0);
  const row: Row = {
    direction,
    offered: courses.length,
    accepted: those(({ isAccepted }) => isAccepted).length,
    delivered: those(({ arrivals }) => arrivals > 0).length,
    unconfirmed: those(
      (each) => promised.receipts && each.arrivals > 0 && each.lastWords.size === 0,
    ).length,
    told: those((each) => each.arrivals === 0 && each.isTold).length,
    parked: those((each) => each.arrivals === 0 && !each.isTold && each.isParked).length,
    lost: lost.length,
    unproved: those((each) => !each.isAccepted && !each.hasEnd).length,
    repeats: sum(repeated, ({ arrivals }) => arrivals - 1),
    strangers: sum(strange, ({ strangers }) => strangers),
    inversions: overtaken.length,
    contradicted: contradicted.length,
    untrueReceipts: untrueReceipts.length,
    untrueErrors: untrueErrors.length,
  };
  const allowed = sum(faults, (fault) => {
    const { again, duplicates } = promised;
    const hasForgotten = fault.what === again?.of && fault.how === 'killed';
    const forgotten = hasForgotten ? those((each) => each.isRecent(fault.at, again.ms)).length : 0;
    return (duplicates[fault.what] ?? 0) + forgotten;
  });
  const broken = (count: number, what: string, which: readonly Course[]): readonly string[] =>
    count === 0 ? [] : [`${direction}: ${count} ${what} (${named(which)})`];
  return {
    row,
    violations: [
      ...broken(row.lost, 'accepted and lost', lost),
      ...broken(promised.order ? row.inversions : 0, 'out of order', overtaken),
      ...broken(
        row.repeats > allowed ? row.repeats : 0,
        `duplicates, of which ${allowed} may be`,
        repeated,
      ),
      ...broken(promised.sameId ? row.strangers : 0, 'duplicates with another id', strange),
      ...broken(row.contradicted, 'with more than one last word', contradicted),
      ...broken(row.untrueReceipts, 'with an untrue receipt', untrueReceipts),
      ...broken(row.untrueErrors, 'with an untrue error', untrueErrors),
    ],
  };
}

/**
 * Those that arrived behind one of their lane that was offered after they were, for the last time: of
 * what was offered again, nobody knows which time was heard.
 */
function overtakenIn(courses: readonly Course[]): readonly Course[] {
  const overtaken: Course[] = [];
  const arrived = courses.filter(({ arrivals }) => arrivals > 0);
  for (const lane of Map.groupBy(arrived, ({ key }) => key.lane).values()) {
    let latest = Number.NEGATIVE_INFINITY;
    for (const course of lane.toSorted((a, b) => a.firstArrival - b.firstArrival)) {
      if (course.lastOffer < latest) overtaken.push(course);
      latest = Math.max(latest, course.firstOffer);
    }
  }
  return overtaken;
}

function sum<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((total, each) => total + of(each), 0);
}

const NAMED = 5;

function named(courses: readonly Course[]): string {
  const names = courses.slice(0, NAMED).map(({ key }) => `${key.lane}/${key.n}`);
  return names.join(', ') + (courses.length > NAMED ? ', …' : '');
}
