/** What goes from the archives: what is forgotten, too old, or too much. */

import type { DatabaseSync } from 'node:sqlite';
import type { TransportId } from '../contract/index.ts';
import { BYTES_AN_ENTRY } from './archive-table.ts';
import { inTransaction } from './database.ts';

const ROWS_A_STEP = 200;
/** Who has most is looked for among all archives: not for each step. */
const STEPS_A_SEARCH = 20;

export interface ArchiveBounds {
  /** How long an entry is kept. */
  readonly retentionMs: number;
  /** How many of one room; then its oldest go. */
  readonly mostEntries: number;
  /**
   * What all of them take on disk; while some are removed a quarter more. Of the account that has most,
   * the oldest of its largest room go: nobody can crowd out another one.
   */
  readonly mostBytes: number;
}

export interface ArchivePruning {
  /** No entry of this account is found any more; `prune` removes them. */
  forget(transport: TransportId, account: string): void;
  /** Removes some of what is forgotten, too old, or too much. @returns whether there may be more to remove */
  prune(now: number): boolean;
  /** Removes the oldest of one archive, within a transaction. @returns how many there were */
  shorten(archive: number, most: number): number;
}

export function archivePruning(
  database: DatabaseSync,
  pageSize: number,
  { retentionMs, mostBytes }: Pick<ArchiveBounds, 'retentionMs' | 'mostBytes'>,
): ArchivePruning {
  const removeFirst = database.prepare(
    `DELETE FROM entry WHERE seq IN
     (SELECT seq FROM entry WHERE archive = ? ORDER BY at, seq LIMIT ?)
     RETURNING octet_length(body) + ${BYTES_AN_ENTRY} AS bytes`,
  );
  const oldest = database.prepare('SELECT at FROM entry ORDER BY seq LIMIT 1');
  const removeOld = database.prepare(
    `DELETE FROM entry WHERE seq IN (
       SELECT seq FROM (SELECT seq, at FROM entry ORDER BY seq LIMIT ${ROWS_A_STEP}) WHERE at < ?
     ) RETURNING archive, octet_length(body) + ${BYTES_AN_ENTRY} AS bytes`,
  );
  const lessen = database.prepare(
    'UPDATE archive SET entries = entries - ?, bytes = bytes - ? WHERE number = ?',
  );
  const drop = database.prepare('DELETE FROM archive WHERE number = ?');
  const dropEmpty = database.prepare('DELETE FROM archive WHERE number = ? AND entries = 0');
  const disown = database.prepare(
    `UPDATE archive SET transport = '', account = '', room = number
     WHERE transport = ? AND account = ?`,
  );
  const forgotten = database.prepare(
    "SELECT number FROM archive WHERE transport = '' AND account = '' LIMIT 1",
  );
  const largest = database.prepare(
    `SELECT number FROM archive WHERE (transport, account) = (
       SELECT transport, account FROM archive
       GROUP BY transport, account ORDER BY sum(bytes) DESC LIMIT 1
     ) ORDER BY bytes DESC LIMIT 1`,
  );
  const used = database.prepare(
    `SELECT (page_count - freelist_count) * ${pageSize} AS bytes
     FROM pragma_page_count, pragma_freelist_count`,
  );
  /** From which archive there is too much, and for how many steps that is believed. */
  let victim = { number: 0, steps: 0 };

  const removed = (archive: number, rows: readonly Record<string, unknown>[]) => {
    const bytes = rows.reduce((sum, row) => sum + Number(row.bytes), 0);
    lessen.run(rows.length, bytes, archive);
    dropEmpty.run(archive);
    return rows.length;
  };
  const shorten = (archive: number, most: number) =>
    removed(archive, removeFirst.all(archive, most));
  /** Those of one archive, which ends with its last. @returns whether it has more */
  const shortenAlone = (archive: number) => {
    let hasMore = true;
    inTransaction(database, () => {
      hasMore = shorten(archive, ROWS_A_STEP) === ROWS_A_STEP;
      if (!hasMore) drop.run(archive);
    });
    return hasMore;
  };

  const pruneForgotten = () => {
    const first = forgotten.get();
    if (first !== undefined) shortenAlone(Number(first.number));
    return first !== undefined;
  };
  const pruneOld = (before: number) => {
    const first = oldest.get();
    if (first === undefined || Number(first.at) >= before) return false;
    inTransaction(database, () => {
      const rows = Map.groupBy(removeOld.all(before), ({ archive }) => Number(archive));
      for (const [archive, some] of rows) removed(archive, some);
    });
    return true;
  };
  const pruneLargest = () => {
    if (Number(used.get()?.bytes) <= mostBytes) return false;
    if (victim.steps === 0) {
      const found = largest.get();
      if (found === undefined) return false;
      victim = { number: Number(found.number), steps: STEPS_A_SEARCH };
    }
    victim.steps--;
    // Where there is no more of it another one is looked for: its number may be given anew.
    if (!shortenAlone(victim.number)) victim.steps = 0;
    return true;
  };
  return {
    shorten,
    forget(transport, account) {
      disown.run(transport, account);
    },
    prune: (now) => pruneForgotten() || pruneOld(now - retentionMs) || pruneLargest(),
  };
}
