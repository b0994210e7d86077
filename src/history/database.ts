import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { MessageId, TransportId } from '../contract/index.ts';
import { readLines } from './chapter.ts';
import type { Step } from './history.ts';

/** `user_version` of the file. */
const VERSION = 1;

/** Others may be making the file at this moment; later nobody holds it for long. */
const OPEN_TIMEOUT_MS = 5_000;

/**
 * One row a message, to which its steps are appended: the smallest file, and one page touched for a
 * message. Ids begin with their time, so that new rows go to the end of the tree and old ones are cut
 * from its beginning.
 */
const SCHEMA = `
  CREATE TABLE story (
    message TEXT PRIMARY KEY,
    transport TEXT NOT NULL,
    steps TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${VERSION};
`;

/**
 * Opens the file for writing and makes it where it is missing, readable by its owner alone.
 * @throws Error when it can not be opened, or was written by a newer version.
 */
export function openDatabase(file: string): DatabaseSync {
  closeSync(openSync(file, 'a', 0o600));
  const database = new DatabaseSync(file, { timeout: OPEN_TIMEOUT_MS });
  try {
    // NORMAL: a power failure may cost the last stories, and never the file.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    database.exec('BEGIN IMMEDIATE');
    if (checkVersion(database, file) === 0) database.exec(SCHEMA);
    database.exec('COMMIT');
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/**
 * Opens the file for reading, beside a gateway that writes it or without one.
 * @throws Error when it is missing, or was written by a newer version.
 */
export function openDatabaseToRead(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly: true, timeout: OPEN_TIMEOUT_MS });
  try {
    checkVersion(database, file);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/** Prepares the reading of one story, in the order in which it was written. */
export function storyQuery(database: DatabaseSync): (message: MessageId) => Step[] {
  const query: StatementSync = database.prepare(
    'SELECT transport, steps FROM story WHERE message = ?',
  );
  return (message) => {
    const row = query.get(message);
    return row === undefined
      ? []
      : readLines(message, String(row.transport) as TransportId, String(row.steps));
  };
}

function checkVersion(database: DatabaseSync, file: string): number {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  if (version > VERSION) {
    throw new Error(
      `${file} was written by a newer Postern (format ${version}, this one reads ${VERSION}). Start that version, or move the file away: it holds stories, no messages.`,
    );
  }
  return version;
}
