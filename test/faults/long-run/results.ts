/** What is kept of the parts that were run: one file, a few KiB a part. */

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { DIRECTIONS } from '../../support/faults/ledger.ts';
import type { CrossRow } from './cross.ts';

export const RESULTS: string = fileURLToPath(new URL('../results/long-run.json', import.meta.url));

const count = z.int().nonnegative();

const countOrNone = count.default(0);

/** The counts of one direction, of those that came to their end after one kind of fault. */
const rowSchema = z.strictObject({
  fault: z.string(),
  direction: z.enum(DIRECTIONS),
  accepted: countOrNone,
  delivered: countOrNone,
  unconfirmed: countOrNone,
  duplicates: countOrNone,
  inversions: countOrNone,
  told: countOrNone,
  parked: countOrNone,
  lost: countOrNone,
  unproved: countOrNone,
});
export type ResultRow = z.infer<typeof rowSchema>;

const partSchema = z.strictObject({
  part: z.int().positive(),
  server: z.enum(['prosody', 'ejabberd']),
  seed: count,
  /** Of the sources. */
  commit: z.string(),
  /** ISO 8601. */
  date: z.string(),
  seconds: count,
  command: z.string(),
  machine: z.record(z.string(), z.string()),
  /** How often what was done. */
  faults: z.record(z.string(), count),
  rows: z.array(rowSchema),
  broken: z.array(z.string()),
});
export type PartResult = z.infer<typeof partSchema>;

const resultsSchema = z.strictObject({ parts: z.array(partSchema) });

/** @throws Error for a file that is something else */
export async function readResults(file: string): Promise<readonly PartResult[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{ "parts": [] }';
    throw error;
  });
  return resultsSchema.parse(JSON.parse(text)).parts;
}

/** In place of an earlier run of the same part. */
export async function keepResult(file: string, result: PartResult): Promise<void> {
  const others = (await readResults(file)).filter((each) => !isSame(each, result));
  const parts = [...others, result].sort(
    (a, b) => b.server.localeCompare(a.server) || a.part - b.part,
  );
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, `${textOf(parts)}\n`);
  await rename(`${file}.new`, file);
}

export function isSame(
  a: Pick<PartResult, 'part' | 'server'>,
  b: Pick<PartResult, 'part' | 'server'>,
): boolean {
  return a.part === b.part && a.server === b.server;
}

export function resultRow({ fault, direction, repeats, ...row }: CrossRow): ResultRow {
  const { accepted, delivered, unconfirmed, inversions, told, parked, lost, unproved } = row;
  return {
    ...{ fault, direction, accepted, delivered, unconfirmed, duplicates: repeats },
    ...{ inversions, told, parked, lost, unproved },
  };
}

/** Of `JSON.stringify`. */
function withoutNone(_key: string, value: unknown): unknown {
  return value === 0 ? undefined : value;
}

/** A line a row: a part that was run again is a small difference. */
function textOf(parts: readonly PartResult[]): string {
  const whole = parts.map(({ rows, ...rest }) => {
    const lines = rows.map((row) => `        ${JSON.stringify(row, withoutNone)}`).join(',\n');
    const head = JSON.stringify(rest, null, 2)
      .replace(/^/gm, '    ')
      .replace(/\n *}$/, '');
    return `${head},\n      "rows": [\n${lines}\n      ]\n    }`;
  });
  return `{\n  "parts": [\n${whole.join(',\n')}\n  ]\n}`;
}
