import type { DatabaseSync } from 'node:sqlite';
import type { ConversationKey } from '../lanes/lane.ts';
import { asError, type Form, inTransaction, isBusy, openDatabase } from './database.ts';
import type { Original, Originals } from './originals.ts';

export interface OriginalsOptions {
  /** How long one is kept. Default: 30 days. */
  readonly retentionMs?: number;
  /** What all of them take on disk. Default: 256 MiB; while the oldest are removed a quarter more. */
  readonly mostBytes?: number;
  /** Told of what failed and nobody waits for. */
  readonly onError?: (error: Error) => void;
  readonly now?: () => number;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const PRUNE_EVERY_MS = 60 * 60 * 1_000;
const MOST_BYTES = 256 * 1024 * 1024;
/** What the log of SQLite may keep on disk when it is empty. */
const MOST_LOG_BYTES = 16 * 1024 * 1024;

/** What one commit takes, unless one caller brings more: it holds the event loop for some milliseconds. */
const CHARACTERS_A_COMMIT = 1024 * 1024;
const ROWS_A_PRUNING = 16;

/** For two seconds another process may hold the file. */
const BUSY_ATTEMPTS = 40;
const AGAIN_AFTER_MS = 50;

/**
 * The row of one that came last has its text. The others stay as the memory of their events. The
 * oldest are the first.
 */
const ORIGINALS: Form = {
  version: 1,
  schema: `
    CREATE TABLE original (
      id INTEGER PRIMARY KEY,
      event TEXT NOT NULL UNIQUE,
      transport TEXT NOT NULL,
      account TEXT NOT NULL,
      peer TEXT NOT NULL,
      at INTEGER NOT NULL,
      text TEXT
    ) STRICT;
    CREATE UNIQUE INDEX latest ON original (transport, account, peer) WHERE text IS NOT NULL;
    PRAGMA user_version = 1;
  `,
  synchronous: 'FULL',
  holds: 'what users have not asked for yet of messages that they have',
};

/** Somebody who waits until it is durable. */
interface Caller {
  readonly originals: readonly Original[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Opens the originals in a file that several processes may share.
 * @throws DatabaseError when it can not be opened, is damaged, or was written by a newer version.
 */
export function openOriginals(file: string, options: OriginalsOptions = {}): Originals {
  const { retentionMs = 30 * DAY_MS, mostBytes = MOST_BYTES, now = Date.now } = options;
  const onError = options.onError ?? (() => undefined);
  const { database, known, read, clearLatest, insert, used, forget } = openDatabase(
    file,
    ORIGINALS,
    (opened) => statements(opened, mostBytes),
  );

  let waiting: Caller[] = [];
  let attempts = 0;
  let soon: NodeJS.Immediate | undefined;
  let later: NodeJS.Timeout | undefined;
  let pruning: NodeJS.Immediate | undefined;
  let closed = false;

  const schedule = () => {
    if (later === undefined) soon ??= setImmediate(commit);
  };
  const commit = () => {
    clearImmediate(soon);
    clearTimeout(later);
    soon = later = undefined;
    const callers = nextCallers(waiting);
    let end = ({ resolve }: Caller) => resolve();
    try {
      inTransaction(database, () => {
        for (const { originals } of callers) for (const original of originals) write(original);
      });
    } catch (error) {
      if (isBusy(error) && ++attempts < BUSY_ATTEMPTS && !closed) {
        later = setTimeout(commit, AGAIN_AFTER_MS);
        return;
      }
      end = ({ reject }) => reject(error);
    }
    attempts = 0;
    waiting = waiting.slice(callers.length);
    callers.forEach(end);
    if (waiting.length > 0) schedule();
    pruneSoon();
  };
  const write = ({ event, conversation, text }: Original) => {
    if (known.get(event) !== undefined) return;
    const { transport, account, peer } = conversation;
    clearLatest.run(transport, account, peer);
    insert.run(event, transport, account, peer, now(), text);
  };

  const isTooLarge = () => Number(used.get()?.bytes) > mostBytes;
  const prune = () => {
    pruning = undefined;
    try {
      // Of a file that is too large the oldest go, whatever their age.
      const before = isTooLarge() ? Number.MAX_SAFE_INTEGER : now() - retentionMs;
      if (Number(forget.run(before).changes) > 0) pruneSoon();
    } catch (error) {
      if (!isBusy(error)) onError(asError(error));
    }
  };
  const pruneSoon = () => {
    if (!closed) pruning ??= setImmediate(prune);
  };
  const hourly = setInterval(pruneSoon, PRUNE_EVERY_MS).unref();
  pruneSoon();

  return {
    keep(originals) {
      if (closed) return Promise.reject(new Error('The originals are closed.'));
      if (originals.length === 0 && waiting.length === 0) return Promise.resolve();
      return new Promise((resolve, reject) => {
        waiting.push({ originals, resolve, reject });
        schedule();
      });
    },
    latest({ transport, account, peer }: ConversationKey) {
      const row = read.get(transport, account, peer);
      return row === undefined ? undefined : String(row.text);
    },
    close() {
      if (closed) return;
      closed = true;
      clearInterval(hourly);
      clearImmediate(pruning);
      while (waiting.length > 0) commit();
      clearImmediate(soon);
      database.close();
    },
  };
}

/** What is asked of the file. */
function statements(database: DatabaseSync, mostBytes: number) {
  // What is removed is overwritten: nobody shall find it in the file.
  database.exec(`PRAGMA secure_delete = ON; PRAGMA journal_size_limit = ${MOST_LOG_BYTES}`);
  const { page_size: pageSize } = database.prepare('PRAGMA page_size').get() ?? {};
  database.exec(`PRAGMA max_page_count = ${Math.ceil((mostBytes * 1.25) / Number(pageSize))}`);
  const known = database.prepare('SELECT 1 FROM original WHERE event = ?');
  const read = database.prepare(
    'SELECT text FROM original WHERE transport = ? AND account = ? AND peer = ? AND text IS NOT NULL',
  );
  const clearLatest = database.prepare(
    'UPDATE original SET text = NULL WHERE transport = ? AND account = ? AND peer = ? AND text IS NOT NULL',
  );
  const insert = database.prepare(
    'INSERT INTO original (event, transport, account, peer, at, text) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const used = database.prepare(
    `SELECT (page_count - freelist_count) * ${Number(pageSize)} AS bytes
     FROM pragma_page_count, pragma_freelist_count`,
  );
  const forget = database.prepare(
    `DELETE FROM original WHERE id IN (
       SELECT id FROM (SELECT id, at FROM original ORDER BY id LIMIT ${ROWS_A_PRUNING}) WHERE at < ?
     )`,
  );
  return { database, known, read, clearLatest, insert, used, forget };
}

/** As many as one commit takes; at least one. */
function nextCallers(waiting: readonly Caller[]): readonly Caller[] {
  let characters = 0;
  const end = waiting.findIndex(({ originals }, index) => {
    for (const { text } of originals) characters += text.length;
    return index > 0 && characters > CHARACTERS_A_COMMIT;
  });
  return end < 0 ? waiting.slice() : waiting.slice(0, end);
}
