import type { DatabaseSync } from 'node:sqlite';
import type { ConversationKey } from '../lanes/lane.ts';
import { ENTRY_KINDS, type Entry } from './archive.ts';
import { inTime } from './archive-page.ts';
import { inTransaction } from './database.ts';

export interface ArchiveBounds {
  /** How long an entry is kept. */
  readonly retentionMs: number;
  /** How many of one room; then its oldest go. */
  readonly mostEntries: number;
  /** What all of them take on disk; while the oldest are removed a quarter more. */
  readonly mostBytes: number;
}

/** An entry on its way into an archive. */
export interface Appended {
  readonly room: ConversationKey;
  /** Equal for equal rooms. */
  readonly name: string;
  readonly entry: Entry;
}

export interface ArchiveWriter {
  /** All of them or, where it throws, none. An id that is there already is passed over. */
  write(batch: readonly Appended[]): void;
  /** Removes some of the oldest, where there is too much. @returns whether there may be more to remove */
  prune(now: number): boolean;
}

/** What the log of SQLite may keep on disk when it is empty. */
const MOST_LOG_BYTES = 16 * 1024 * 1024;
const ROWS_A_PRUNING = 200;

export function archiveWriter(database: DatabaseSync, bounds: ArchiveBounds): ArchiveWriter {
  // What is removed is overwritten: nobody shall find it in the file.
  database.exec(`PRAGMA secure_delete = ON; PRAGMA journal_size_limit = ${MOST_LOG_BYTES}`);
  const { page_size: pageSize } = database.prepare('PRAGMA page_size').get() ?? {};
  database.exec(
    `PRAGMA max_page_count = ${Math.ceil((bounds.mostBytes * 1.25) / Number(pageSize))}`,
  );
  const open = database.prepare(
    `INSERT INTO archive (transport, account, room, entries, last) VALUES (?, ?, ?, 0, 0)
     ON CONFLICT DO UPDATE SET last = last RETURNING number, entries, last`,
  );
  const insert = database.prepare(
    `INSERT INTO entry (archive, at, id, kind, nick, occupant, body, message, network)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (archive, id) DO NOTHING`,
  );
  const shorten = database.prepare(
    `DELETE FROM entry WHERE seq IN
     (SELECT seq FROM entry WHERE archive = ? ORDER BY at, seq LIMIT ?)`,
  );
  const settle = database.prepare('UPDATE archive SET entries = ?, last = ? WHERE number = ?');
  const oldest = database.prepare('SELECT at FROM entry ORDER BY seq LIMIT 1');
  const forget = database.prepare(
    `DELETE FROM entry WHERE seq IN (
       SELECT seq FROM (SELECT seq, at FROM entry ORDER BY seq LIMIT ${ROWS_A_PRUNING}) WHERE at < ?
     ) RETURNING archive`,
  );
  const lessen = database.prepare('UPDATE archive SET entries = entries - ? WHERE number = ?');
  const dropEmpty = database.prepare('DELETE FROM archive WHERE number = ? AND entries = 0');
  const used = database.prepare(
    `SELECT (page_count - freelist_count) * ${Number(pageSize)} AS bytes
     FROM pragma_page_count, pragma_freelist_count`,
  );

  const appendTo = ({ transport, account, peer }: ConversationKey, batch: readonly Entry[]) => {
    const archive = open.get(transport, account, peer) ?? {};
    const number = Number(archive.number);
    let count = Number(archive.entries);
    let last = Number(archive.last);
    for (const { id, at, kind, from, occupantId, body, messageId, networkId } of inTime(
      batch,
      last,
    )) {
      const texts = [from, occupantId ?? null, body, messageId ?? null, networkId ?? null];
      count += Number(insert.run(number, at, id, ENTRY_KINDS.indexOf(kind), ...texts).changes);
      last = at;
    }
    const surplus = Math.min(count - bounds.mostEntries, batch.length + ROWS_A_PRUNING);
    if (surplus > 0) count -= Number(shorten.run(number, surplus).changes);
    settle.run(count, last, number);
  };

  return {
    write(batch) {
      const rooms = Map.groupBy(batch, ({ name }) => name);
      inTransaction(database, () => {
        for (const appended of rooms.values()) {
          const [first] = appended;
          const entries = appended.map(({ entry }) => entry);
          if (first !== undefined) appendTo(first.room, entries);
        }
      });
    },
    prune(now) {
      // Of a file that is too large the oldest go, whatever their age.
      const isTooLarge = Number(used.get()?.bytes) > bounds.mostBytes;
      const before = isTooLarge ? Number.MAX_SAFE_INTEGER : now - bounds.retentionMs;
      const first = oldest.get();
      if (first === undefined || Number(first.at) >= before) return false;
      inTransaction(database, () => {
        const removed = Map.groupBy(forget.all(before), ({ archive }) => Number(archive));
        for (const [number, rows] of removed) {
          lessen.run(rows.length, number);
          dropEmpty.run(number);
        }
      });
      return true;
    },
  };
}
