/** The rows of archives: where they lie, and how they are found. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { MessageId, NetworkMessageId } from '../contract/index.ts';
import type { ConversationKey } from '../lanes/lane.ts';
import type { Entry, EntryKind } from './archive.ts';
import type { Form } from './database.ts';

/** As they are stored: none is ever given to another kind. */
export const KIND_NUMBERS: Readonly<Record<EntryKind, number>> = { message: 0, file: 2 };

/** What an entry takes beside its body, indexes included. */
export const BYTES_AN_ENTRY = 512;

/**
 * New rows go to the end of the table, whichever room they belong to, and the oldest of all are its
 * first. `entries` counts those of a room, `bytes` is about what they take, `last` is the time of the
 * last: nobody has to look for them. An archive of no account is forgotten, and its entries are removed
 * little by little.
 */
export const ARCHIVES: Form = {
  version: 2,
  schema: `
    CREATE TABLE archive (
      number INTEGER PRIMARY KEY,
      transport TEXT NOT NULL,
      account TEXT NOT NULL,
      room TEXT NOT NULL,
      entries INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      last INTEGER NOT NULL,
      UNIQUE (transport, account, room)
    ) STRICT;
    CREATE TABLE entry (
      seq INTEGER PRIMARY KEY,
      archive INTEGER NOT NULL,
      at INTEGER NOT NULL,
      id TEXT NOT NULL,
      kind INTEGER NOT NULL,
      nick TEXT NOT NULL,
      occupant TEXT,
      body TEXT NOT NULL,
      message TEXT,
      network TEXT
    ) STRICT;
    CREATE UNIQUE INDEX by_id ON entry (archive, id);
    CREATE INDEX by_time ON entry (archive, at);
    CREATE INDEX by_nick ON entry (archive, nick, at);
    PRAGMA user_version = 2;
  `,
  upgrades: {
    1: `
      ALTER TABLE archive ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
      UPDATE archive SET bytes = (
        SELECT ifnull(sum(octet_length(body) + ${BYTES_AN_ENTRY}), 0) FROM entry
        WHERE entry.archive = archive.number
      );
      PRAGMA user_version = 2;
    `,
  },
  synchronous: 'NORMAL',
  holds: 'what was said in rooms',
};

/** The place of an entry in its archive: by its time, and of those of one time by its row. */
export interface Place {
  readonly at: number;
  readonly seq: number;
}

/** What lies between two places, themselves excluded. */
export interface Span {
  readonly after: Place;
  readonly before: Place;
}

/** An entry, and where it is. */
export interface Placed {
  readonly place: Place;
  readonly entry: Entry;
}

/** What is known of an archive without a look at its entries. */
export interface Known {
  readonly number: number;
  readonly entries: number;
  readonly last: number;
}

export interface ArchiveTable {
  known(room: ConversationKey): Known | undefined;
  find(archive: number, id: string): Placed | undefined;
  /** In the order that is asked for; read as far as they are taken. */
  between(
    archive: number,
    span: Span,
    backwards: boolean,
    from: string | undefined,
    most: number,
  ): Iterable<Placed>;
}

const COLUMNS = 'seq, at, id, kind, nick, occupant, body, message, network';

export function archiveTable(database: DatabaseSync): ArchiveTable {
  const known = database.prepare(
    'SELECT number, entries, last FROM archive WHERE transport = ? AND account = ? AND room = ?',
  );
  const find = database.prepare(`SELECT ${COLUMNS} FROM entry WHERE archive = ? AND id = ?`);
  const select = (index: string, filter: string, order: 'ASC' | 'DESC') =>
    database.prepare(
      `SELECT ${COLUMNS} FROM entry INDEXED BY ${index}
       WHERE ${filter} AND (at, seq) > (?, ?) AND (at, seq) < (?, ?)
       ORDER BY at ${order}, seq ${order} LIMIT ?`,
    );
  const selects = (index: string, filter: string) => ({
    first: select(index, filter, 'ASC'),
    last: select(index, filter, 'DESC'),
  });
  const all = selects('by_time', 'archive = ?');
  const ofNick = selects('by_nick', 'archive = ? AND nick = ?');

  return {
    known({ transport, account, peer }) {
      const row = known.get(transport, account, peer);
      if (row === undefined) return undefined;
      return { number: Number(row.number), entries: Number(row.entries), last: Number(row.last) };
    },
    find(archive, id) {
      const row = find.get(archive, id);
      return row === undefined ? undefined : readRow(row);
    },
    *between(archive, { after, before }, backwards, from, most) {
      const which = from === undefined ? all : ofNick;
      const filter = from === undefined ? [archive] : [archive, from];
      const bounds = [after.at, after.seq, before.at, before.seq];
      const rows = (backwards ? which.last : which.first).iterate(...filter, ...bounds, most);
      for (const row of rows) yield readRow(row);
    },
  };
}

function readRow(row: Record<string, SQLOutputValue>): Placed {
  const at = Number(row.at);
  return {
    place: { at, seq: Number(row.seq) },
    entry: {
      id: String(row.id) as MessageId,
      at,
      kind: Number(row.kind) === KIND_NUMBERS.file ? 'file' : 'message',
      from: String(row.nick),
      body: String(row.body),
      ...(row.occupant !== null && { occupantId: String(row.occupant) }),
      ...(row.message !== null && { messageId: String(row.message) }),
      ...(row.network !== null && { networkId: String(row.network) as NetworkMessageId }),
    },
  };
}
