import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ArchiveOptions, openArchive } from '../../../src/history/sqlite-archive.ts';
import { AT, entry, room } from './archived.ts';
import { listener } from './told.ts';

let directory: string;
let file: string;
const open: { close(): void }[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-archive-'));
  file = join(directory, 'archive.sqlite');
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
  rmSync(directory, { recursive: true, force: true });
});

function opened(options: ArchiveOptions = {}) {
  const archive = openArchive(file, { now: () => AT, ...options });
  open.push(archive);
  return archive;
}

/** Another process that holds the file until it commits. */
function held() {
  const database = new DatabaseSync(file);
  open.push(database);
  database.exec('BEGIN IMMEDIATE');
  const rows = database.prepare('SELECT count(*) AS n FROM entry');
  return { release: () => database.exec('COMMIT'), rows: () => rows.get()?.n };
}

describe('an archive that another process holds', () => {
  it('keeps waiting whoever needs what was appended, until it is written', async () => {
    const archive = opened();
    archive.append(room(), entry());
    expect(archive.commit()).toBe(true);
    await expect(archive.written()).resolves.toBe(true);
    const other = held();
    archive.append(room(), entry());
    expect(archive.commit()).toBe(false);
    const found = archive.written().then((isWritten) => [isWritten, other.rows()]);
    other.release();
    expect(await found).toEqual([true, 2]);
  });

  it('for long keeps nobody waiting, and the operator is told once', async () => {
    const told = listener();
    const archive = opened({ onError: told.listen, mostHeldMs: 1 });
    const other = held();
    archive.append(room(), entry());
    await expect(archive.written()).resolves.toBe(false);
    expect(told.count()).toBe(1);
    await expect(archive.written()).resolves.toBe(false);
    other.release();
    await vi.waitUntil(() => other.rows() === 1, { timeout: 10_000 });
    await expect(archive.written()).resolves.toBe(true);
    expect(told.count()).toBe(1);
  });

  it('keeps nobody waiting once it is closed', async () => {
    const archive = opened();
    held();
    archive.append(room(), entry());
    const written = archive.written();
    archive.close();
    expect(await written).toBe(false);
  });
});
