/** What the files of SQL have in common: how one is opened, and what is an error of it. */

import { closeSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
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

/** A file is not what it should be, or can not be had. Its message names it, and says what to do. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  /** Whether it may be another time: a disk that is full, another process that holds it. */
  readonly passes: boolean;

  constructor(message: string, passes = false) {
    super(message);
    this.passes = passes;
  }
}

/**
 * Opens the file for writing and makes it where it is missing, readable by its owner alone.
 * @param prepare makes of it what its caller needs: what is not in the file is found here
 * @throws DatabaseError when it can not be opened, is damaged, or was written by a newer version.
 */
export function openDatabase<T>(
  file: string,
  form: Form,
  prepare: (database: DatabaseSync) => T,
): T {
  closeSync(openSync(file, 'a', 0o600));
  return opened(file, form, false, (database) => {
    // Before anything is changed in it.
    checkVersion(database, file, form);
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${form.synchronous}`);
    database.exec('BEGIN IMMEDIATE');
    const version = checkVersion(database, file, form);
    if (version === 0) database.exec(form.schema);
    else if (version < form.version) database.exec(form.upgrades?.[version] ?? '');
    database.exec('COMMIT');
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    return prepare(database);
  });
}

/**
 * Opens the file for reading, beside a gateway that writes it or without one.
 * @throws DatabaseError when it is missing or damaged, or was written by a newer version.
 */
export function openDatabaseToRead<T>(
  file: string,
  form: Form,
  prepare: (database: DatabaseSync) => T,
): T {
  return opened(file, form, true, (database) => {
    checkVersion(database, file, form);
    return prepare(database);
  });
}

function opened<T>(
  file: string,
  form: Form,
  readOnly: boolean,
  prepare: (database: DatabaseSync) => T,
): T {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly, timeout: OPEN_TIMEOUT_MS });
    return prepare(database);
  } catch (error) {
    database?.close();
    throw error instanceof DatabaseError ? error : asDatabaseError(error, file, form);
  }
}

/** What a damaged file, or one of another program, makes SQLite say: ERROR, CORRUPT, MISMATCH, NOTADB. */
const DAMAGED: ReadonlySet<number> = new Set([1, 11, 20, 26]);

function asDatabaseError(error: unknown, file: string, { holds }: Form): DatabaseError {
  const words = asError(error).message;
  if (!DAMAGED.has(codeOf(error)))
    return new DatabaseError(`${file} can not be opened: ${words}.`, true);
  return new DatabaseError(
    `${file} is damaged, or no file of Postern: ${words}. Bring it back from a backup, or move the file away with what lies beside it by its name: it holds ${holds}.`,
  );
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

/**
 * Resolves when what was written under NORMAL until now outlives a power failure too. Does not hold the
 * event loop, as a commit under FULL would.
 */
export async function flushLog(file: string): Promise<void> {
  const log = await open(`${file}-wal`).catch((error: unknown) => {
    // Closed in the meantime: whoever did has brought it into the file, and flushed that.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  try {
    await log?.datasync();
  } finally {
    await log?.close();
  }
}

/** Another process holds the file: a little later it does not. */
export function isBusy(error: unknown): boolean {
  return codeOf(error) === SQLITE_BUSY;
}

/** Without what makes it an extended one; 0 where SQLite has said nothing. */
function codeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
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
    throw new DatabaseError(
      `${file} was written by a newer Postern (format ${version}, this one reads ${form.version}). Start that version, or move the file away: it holds ${form.holds}.`,
    );
  }
  const isOld = form.upgrades?.[version] !== undefined;
  const isNew =
    version === 0 && database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  if (version !== form.version && !isOld && !isNew) {
    throw new DatabaseError(
      `${file} is of another program, or damaged (format ${version}). Move the file away: Postern makes one that holds ${form.holds}.`,
    );
  }
  return version;
}
