import type { Row, Verdict } from './checker.ts';

const COLUMNS: readonly (readonly [heading: string, of: (row: Row) => string | number])[] = [
  ['direction', (row) => row.direction],
  ['offered', (row) => row.offered],
  ['accepted', (row) => row.accepted],
  ['delivered', (row) => row.delivered],
  ['unconfirmed', (row) => row.unconfirmed],
  ['told', (row) => row.told],
  ['parked', (row) => row.parked],
  ['lost', (row) => row.lost],
  ['unproved', (row) => row.unproved],
  ['repeats', (row) => row.repeats],
  ['other id', (row) => row.strangers],
  ['inverted', (row) => row.inversions],
  ['two words', (row) => row.contradicted],
  ['untrue receipts', (row) => row.untrueReceipts],
  ['untrue errors', (row) => row.untrueErrors],
];

/** For people: a table in columns, and what is broken below it. */
export function tableOf({ rows, violations }: Verdict): string {
  const cells = [
    COLUMNS.map(([heading]) => heading),
    ...rows.map((row) => COLUMNS.map(([, of]) => String(of(row)))),
  ];
  const widths = COLUMNS.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  '),
  );
  return [...lines, ...violations.map((each) => `BROKEN ${each}`)].join('\n');
}
