/** What the files of SQL have in common: how one is opened, and what is an error of it. */

import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** The form of a file, and what becomes of it when the power fails. */
export interface Form {
  /** Its `user_version`, which `schema` sets. */
  readonly version: number;
  readonly schema: string;
  /** What brings a file of an older version to this one, `user_version` included. */
  readonly upgrades?: Readonly<Record<number, string>>;
  /** NORMAL: a power failure may cost the last commits, and never the file. FULL: not even those. */
  readonly synchronous: 'NORMAL' | 'FULL';
  /** For an operator who thinks of moving it away. */
  readonly holds: string;
}

/** Others may be making the file at this moment; later nobody holds it for long. */
const OPEN_TIMEOUT_MS = 5_000;

/** Another process on the same file holds it for as long as a commit takes. */
const BUSY_TIMEOUT_MS = 20;
const SQLITE_BUSY = 5;

/**
 * Opens the file for writing and makes it where it is missing, readable by its owner alone.
 * @throws Error when it can not be opened, or was written by a newer version.
 */
export function openDatabase(file: string, form: Form): DatabaseSync {
  closeSync(openSync(file, 'a', 0o600));
  const database = new DatabaseSync(file, { timeout: OPEN_TIMEOUT_MS });
  try {
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${form.synchronous}`);
    database.exec('BEGIN IMMEDIATE');
    const version = checkVersion(database, file, form);
    if (version === 0) database.exec(form.schema);
    else if (version < form.version) database.exec(form.upgrades?.[version] ?? '');
    database.exec('COMMIT');
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
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
export function openDatabaseToRead(file: string, form: Form): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly: true, timeout: OPEN_TIMEOUT_MS });
  try {
    checkVersion(database, file, form);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/** All of the work is written, or nothing. */
export function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    // After some failures, a full disk for one, SQLite has rolled back by itself.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Another process holds the file: a little later it does not. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Of the file, by its `user_version`. */
export function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

function checkVersion(database: DatabaseSync, file: string, form: Form): number {
  const version = versionOf(database);
  if (version > form.version) {
    throw new Error(
      `${file} was written by a newer Postern (format ${version}, this one reads ${form.version}). Start that version, or move the file away: it holds ${form.holds}.`,
    );
  }
  return version;
}
