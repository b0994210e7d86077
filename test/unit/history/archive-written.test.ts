import { describe, expect, it, vi } from 'vitest';
import { entry, room } from './archived.ts';
import { withArchiveFile } from './opened-archive.ts';
import { listener } from './told.ts';

const { opened, beside } = withArchiveFile();

/** Another process that holds the file until it commits. */
function held() {
  const database = beside();
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
