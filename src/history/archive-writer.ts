import type { DatabaseSync } from 'node:sqlite';
import { crashPoint } from '../crash-point.ts';
import type { ConversationKey } from '../lanes/lane.ts';
import type { Entry } from './archive.ts';
import { inTime } from './archive-page.ts';
import { type ArchiveBounds, type ArchivePruning, archivePruning } from './archive-pruning.ts';
import { type ArchiveTable, BYTES_AN_ENTRY, KIND_NUMBERS } from './archive-table.ts';
import { inTransaction } from './database.ts';

/** An entry on its way into an archive. */
export interface Appended {
  readonly room: ConversationKey;
  /** Equal for equal rooms. */
  readonly name: string;
  readonly entry: Entry;
}

export interface ArchiveWriter extends Pick<ArchivePruning, 'forget' | 'prune'> {
  /** All of them or, where it throws, none. An id that is there already is passed over. */
  write(batch: readonly Appended[]): void;
}

/**
 * So large the log of SQLite gets before it is brought into the file. Lines of many rooms change the same
 * pages again and again: the larger it is, the less often each of them is written twice.
 */
const MOST_LOG_BYTES = 16 * 1024 * 1024;
/** Beyond what was just added: an archive that is too long gets shorter. */
const ROWS_MORE = 200;

export function archiveWriter(
  database: DatabaseSync,
  table: Pick<ArchiveTable, 'known'>,
  bounds: ArchiveBounds,
): ArchiveWriter {
  // What is removed is overwritten: nobody shall find it in the file.
  database.exec(`PRAGMA secure_delete = ON; PRAGMA journal_size_limit = ${MOST_LOG_BYTES}`);
  const { page_size: pageSize } = database.prepare('PRAGMA page_size').get() ?? {};
  database.exec(`PRAGMA wal_autocheckpoint = ${MOST_LOG_BYTES / Number(pageSize)}`);
  database.exec(
    `PRAGMA max_page_count = ${Math.ceil((bounds.mostBytes * 1.25) / Number(pageSize))}`,
  );
  const open = database.prepare(
    `INSERT INTO archive (transport, account, room, entries, bytes, last) VALUES (?, ?, ?, 0, 0, 0)
     RETURNING number`,
  );
  const insert = database.prepare(
    `INSERT INTO entry (archive, at, id, kind, nick, occupant, body, message, network)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (archive, id) DO NOTHING`,
  );
  const grow = database.prepare(
    'UPDATE archive SET entries = entries + ?, bytes = bytes + ?, last = ? WHERE number = ?',
  );
  const removal = archivePruning(database, Number(pageSize), bounds);

  const appendTo = (room: ConversationKey, batch: readonly Entry[]) => {
    const { transport, account, peer } = room;
    const known = table.known(room) ?? {
      ...{ number: Number(open.get(transport, account, peer)?.number), entries: 0, last: 0 },
    };
    let { last } = known;
    let count = 0;
    let bytes = 0;
    for (const entry of inTime(batch, last)) {
      const { id, at, kind, from, occupantId, body, messageId, networkId } = entry;
      last = at;
      const texts = [from, occupantId ?? null, body, messageId ?? null, networkId ?? null];
      const row = [known.number, at, id, KIND_NUMBERS[kind], ...texts];
      if (insert.run(...row).changes === 0) continue;
      count++;
      bytes += Buffer.byteLength(body) + BYTES_AN_ENTRY;
    }
    grow.run(count, bytes, last, known.number);
    const surplus = known.entries + count - bounds.mostEntries;
    if (surplus > 0) removal.shorten(known.number, Math.min(surplus, count + ROWS_MORE));
  };

  return {
    write(batch) {
      if (batch.length === 0) return;
      crashPoint('archive.before', '');
      const rooms = Map.groupBy(batch, ({ name }) => name);
      inTransaction(database, () => {
        for (const appended of rooms.values()) {
          const [first] = appended;
          const entries = appended.map(({ entry }) => entry);
          if (first !== undefined) appendTo(first.room, entries);
        }
      });
      crashPoint('archive.after', '');
    },
    forget: removal.forget,
    prune: removal.prune,
  };
}
