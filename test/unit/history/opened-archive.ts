import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach } from 'vitest';
import { type ArchiveOptions, openArchive } from '../../../src/history/sqlite-archive.ts';
import { AT } from './archived.ts';

export interface ArchiveFile {
  readonly file: string;
  opened(options?: ArchiveOptions): ReturnType<typeof openArchive>;
  /** The file as another process has it. */
  beside(): DatabaseSync;
  /** All that was opened. */
  close(): void;
}

/** An archive's file for each test; what was opened of it is closed at its end. */
export function withArchiveFile(): ArchiveFile {
  let directory: string;
  const open: { close(): void }[] = [];
  const close = (): void => {
    for (const one of open.splice(0)) one.close();
  };
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'postern-archive-'));
  });
  afterEach(() => {
    close();
    rmSync(directory, { recursive: true, force: true });
  });
  const closed = <T extends { close(): void }>(one: T): T => {
    open.push(one);
    return one;
  };
  const archive: ArchiveFile = {
    get file() {
      return join(directory, 'archive.sqlite');
    },
    opened: (options = {}) => closed(openArchive(archive.file, { now: () => AT, ...options })),
    beside: () => closed(new DatabaseSync(archive.file)),
    close,
  };
  return archive;
}
