import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { NetworkMessageId, TransportId } from '../../../src/contract/index.ts';
import { NO_ARCHIVE } from '../../../src/history/no-archive.ts';
import { AT, entries, entry, NOBODY, room } from './archived.ts';
import { commitsOf } from './log-of-sqlite.ts';
import { withArchiveFile } from './opened-archive.ts';
import { listener } from './told.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const KIB = 1024;

const archiveFile = withArchiveFile();
const { opened, beside } = archiveFile;

describe('an entry', () => {
  it('comes back as it was, written or not, and after a kill', async () => {
    const all = [
      entry('plain'),
      entry('with all that may belong to it 🙂', {
        occupantId: 'o1',
        messageId: 'm1',
        networkId: 'n1' as NetworkMessageId,
      }),
      entry('https://up.example/a.jpg', { kind: 'file', from: '' }),
    ];
    const whole = { entries: all, complete: true, count: all.length };
    const killed = opened();
    for (const one of all) killed.append(room(), one);
    expect(killed.page(room(), { max: 9 })).toEqual(whole);
    killed.commit();
    expect(killed.page(room(), { max: 9 })).toEqual(whole);
    expect(opened().page(room(), { max: 9 })?.entries).toEqual(all);
  });

  it('belongs to its archive alone', () => {
    const archive = opened();
    archive.append(room(), entry());
    for (const other of [
      { ...room(), transport: 'pager' as TransportId },
      { ...room(), account: 'nurse@example.org' },
      room('mantua'),
    ]) {
      expect(archive.page(other, { max: 9 })).toEqual({ entries: [], complete: true, count: 0 });
    }
  });

  it('that is appended again is passed over', async () => {
    const archive = opened();
    const one = entry();
    for (let n = 0; n < 2; n++) {
      archive.append(room(), one);
      archive.commit();
    }
    expect(archive.page(room(), { max: 9 })).toEqual({ entries: [one], complete: true, count: 1 });
  });

  it('is never earlier than the one before it, nor in the future', async () => {
    const archive = opened();
    for (const at of [AT - 2_000, AT - 5_000, AT + DAY_MS])
      archive.append(room(), entry('', { at }));
    archive.commit();
    archive.append(room(), entry('', { at: AT - 1_000 }));
    const raised = [AT - 2_000, AT - 2_000, AT, AT];
    const times = () => archive.latest(room(), 9).map(({ at }) => at);
    expect(times()).toEqual(raised);
    archive.commit();
    expect(times()).toEqual(raised);
  });
});

describe('an archive', () => {
  it('gives what is shown at a join, and its ends', async () => {
    const archive = opened();
    expect(archive.latest(room(), 3)).toEqual([]);
    expect(archive.ends(room())).toBeUndefined();
    const all = [0, 1, 2, 3, 4].map((n) => entry(`line ${n}`, { at: AT - 5_000 + n * 1_000 }));
    for (const one of all.slice(0, 3)) archive.append(room(), one);
    archive.commit();
    for (const one of all.slice(3)) archive.append(room(), one);
    expect(archive.latest(room(), 3)).toEqual(all.slice(2));
    expect(archive.latest(room(), 9, AT - 3_000)).toEqual(all.slice(2));
    expect(archive.ends(room())).toEqual({ first: all[0], last: all[4] });
  });

  it('goes on in the same file after a restart', async () => {
    const before = entries(3);
    const first = opened();
    for (const one of before) first.append(room(), one);
    first.close();
    first.close();
    first.append(room(), entry('too late'));
    const after = entries(3, { at: AT - 1_000 });
    const second = opened();
    for (const one of after) second.append(room(), one);
    const expected = [...before, ...after.map((one) => ({ ...one, at: AT }))];
    expect(second.page(room(), { max: 9 })).toEqual({
      entries: expected,
      complete: true,
      count: 6,
    });
  });

  it('that is not wanted is empty', async () => {
    NO_ARCHIVE.append(room(), entry());
    NO_ARCHIVE.commit();
    const nothing = { entries: [], complete: true, count: 0 };
    NO_ARCHIVE.forget(room().transport, room().account);
    expect(NO_ARCHIVE.keeps).toBe(false);
    expect(NO_ARCHIVE.page(room(), { max: 9, before: '' })).toEqual(nothing);
    expect(NO_ARCHIVE.page(room(), { max: 9, ids: [NOBODY] })).toBeUndefined();
    expect(NO_ARCHIVE.latest(room(), 9)).toEqual([]);
    expect(NO_ARCHIVE.ends(room())).toBeUndefined();
  });
});

describe('what is appended', () => {
  it('is written by itself, many together', async () => {
    const archive = opened();
    const before = commitsOf(archiveFile.file);
    for (const one of entries(100)) archive.append(room(), one);
    const count = beside().prepare('SELECT count(*) AS n FROM entry');
    await vi.waitUntil(() => count.get()?.n === 100, { timeout: 10_000 });
    expect(commitsOf(archiveFile.file) - before).toBe(1);
  });

  it('is written as it comes where it comes faster than that', () => {
    const archive = opened();
    for (const one of entries(1_000)) archive.append(room(), one);
    const { n } = beside().prepare('SELECT count(*) AS n FROM entry').get() ?? {};
    expect(Number(n)).toBeGreaterThan(500);
    expect(archive.page(room(), { max: 1 })?.count).toBe(1_000);
  });

  it('is written at once where it shall be, by a commit or at the end', () => {
    const archive = opened();
    const [one, two] = [entry(), entry()];
    archive.append(room(), one);
    archive.commit();
    expect(opened().latest(room(), 2)).toEqual([one]);
    archive.append(room(), two);
    archive.close();
    expect(opened().latest(room(), 2)).toEqual([one, two]);
  });

  it('is no commit where nothing waits', () => {
    const archive = opened();
    archive.append(room(), entry());
    archive.commit();
    const before = commitsOf(archiveFile.file);
    archive.commit();
    expect(commitsOf(archiveFile.file)).toBe(before);
  });
});

describe('a file that takes nothing', () => {
  it('is waited for while another process holds it, and all is found until then', async () => {
    const told = listener();
    const archive = opened({ onError: told.listen });
    const all = entries(10);
    for (const one of all.slice(0, 4)) archive.append(room(), one);
    archive.commit();
    const other = beside();
    other.exec('BEGIN IMMEDIATE');
    for (const one of all.slice(4)) archive.append(room(), one);
    archive.commit();
    expect(archive.page(room(), { max: 3, before: '' })?.entries).toEqual(all.slice(7));
    other.exec('COMMIT');
    const count = other.prepare('SELECT count(*) AS n FROM entry');
    expect(count.get()?.n).toBe(4);
    await vi.waitUntil(() => count.get()?.n === 10, { timeout: 10_000 });
    expect(opened().page(room(), { max: 99 })?.entries).toEqual(all);
    expect(told.count()).toBe(0);
  });

  it('costs what comes when too much waits; it is told once, and once more when it is over', async () => {
    const told = listener();
    const archive = opened({ mostWaiting: 300 * 10, onError: told.listen });
    const other = beside();
    other.exec('ALTER TABLE entry RENAME TO gone');
    const all = Array.from({ length: 13 }, () => entry('x'.repeat(44)));
    for (const one of all.slice(0, 9)) archive.append(room(), one);
    archive.commit();
    expect((await told.next()).message).toContain('no such table');
    for (const one of all.slice(9)) archive.append(room(), one);
    other.exec('ALTER TABLE gone RENAME TO entry');
    expect((await told.next()).message).toBe('The archive is written again. 3 entries were lost.');
    expect(archive.page(room(), { max: 99 })?.entries).toEqual(all.slice(0, 10));
  });

  it('because it is full is written again when the oldest have gone', async () => {
    const told = listener();
    const mostBytes = 1024 * KIB;
    const archive = opened({ mostBytes, onError: told.listen });
    const all = Array.from({ length: 50 }, () => entry('x'.repeat(30 * KIB)));
    for (const one of all) archive.append(room(), one);
    expect((await told.next()).message).toContain('full');
    const find = beside().prepare('SELECT 1 FROM entry WHERE id = ?');
    await vi.waitUntil(() => find.get(all.at(-1)?.id ?? NOBODY), { timeout: 10_000 });
    expect(find.get(all[0]?.id ?? NOBODY)).toBeUndefined();
    expect(told.count()).toBe(0);
    archive.close();
    expect(statSync(archiveFile.file).size).toBeLessThanOrEqual(mostBytes * 1.25);
  });
});

describe('what is kept is bounded', () => {
  it('by age', async () => {
    const before = opened({ now: () => AT - 31 * DAY_MS });
    const gone = room('long ago');
    for (const one of entries(500, { at: AT - 31 * DAY_MS })) before.append(gone, one);
    before.append(room(), entry('', { at: AT - 31 * DAY_MS }));
    before.close();
    const young = entry('young', { at: AT - 29 * DAY_MS });
    const between = opened({ now: () => AT - 29 * DAY_MS });
    between.append(room(), young);
    between.close();
    const archive = opened();
    await vi.waitUntil(() => archive.page(room(), { max: 0 })?.count === 1);
    expect(archive.page(room(), { max: 9 })?.entries).toEqual([young]);
    expect(archive.page(gone, { max: 9 })).toEqual({ entries: [], complete: true, count: 0 });
    expect(beside().prepare('SELECT count(*) AS n FROM archive').get()?.n).toBe(1);
  });

  it('by number in each archive: its oldest go, and nobody else’s', async () => {
    const archive = opened({ mostEntries: 20 });
    const others = entries(5);
    for (const one of others) archive.append(room('mantua'), one);
    const all = entries(45);
    for (const one of all.slice(0, 30)) archive.append(room(), one);
    archive.commit();
    for (const one of all.slice(30)) archive.append(room(), one);
    archive.commit();
    expect(archive.page(room(), { max: 99 })).toEqual({
      entries: all.slice(25),
      complete: true,
      count: 20,
    });
    expect(archive.page(room('mantua'), { max: 99 })?.entries).toEqual(others);
  });

  it('by size: of the account that has most the oldest of its largest room go, and of nobody else', async () => {
    const mostBytes = 1024 * KIB;
    const archive = opened({ mostBytes });
    const nurse = { ...room(), account: 'nurse@example.org' };
    const others = entries(3, { at: AT - DAY_MS });
    for (const one of others) {
      archive.append(nurse, one);
      archive.append(room('mantua'), one);
    }
    archive.append(room(), entry('wherefore art thou'));
    for (let n = 0; n < 60; n++) {
      archive.append(room(), entry('x'.repeat(30 * KIB)));
      archive.commit();
      await nextTurn();
    }
    for (const kept of [nurse, room('mantua')]) {
      expect(archive.page(kept, { max: 9 })?.entries).toEqual(others);
    }
    const { count = 0 } = archive.page(room(), { max: 1 }) ?? {};
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(40);
    archive.close();
    expect(statSync(archiveFile.file).size).toBeLessThanOrEqual(mostBytes * 1.25);
    expect(readFileSync(archiveFile.file).includes('wherefore')).toBe(false);
  });

  it('by size, where many rooms of one are the most together', async () => {
    const mostBytes = 1024 * KIB;
    const archive = opened({ mostBytes });
    const nurse = { ...room(), account: 'nurse@example.org' };
    const hers = Array.from({ length: 9 }, () => entry('x'.repeat(30 * KIB)));
    for (const one of hers) archive.append(nurse, one);
    for (let n = 0; n < 40; n++) {
      archive.append(room(`room ${n}`), entry('x'.repeat(30 * KIB)));
      archive.commit();
      await nextTurn();
    }
    expect(archive.page(nurse, { max: 9 })?.count).toBe(9);
  });
});

describe('what is forgotten', () => {
  it('is found no more from then on, and leaves nothing in the file', async () => {
    const archive = opened();
    const other = { ...room(), transport: 'pager' as TransportId };
    const all = entries(450, { body: 'wherefore art thou' });
    const kept = entry('kept');
    archive.append(other, kept);
    for (const one of all) archive.append(room(), one);
    archive.commit();
    archive.append(room(), entry('wherefore'));
    archive.append(room('mantua'), entry('wherefore'));
    archive.forget(room().transport, room().account);
    const nothing = { entries: [], complete: true, count: 0 };
    const check = (one: ReturnType<typeof opened>) => {
      expect(one.page(room(), { max: 9 })).toEqual(nothing);
      expect(one.page(room('mantua'), { max: 9 })).toEqual(nothing);
      expect(one.page(room(), { max: 9, after: all[0]?.id })).toBeUndefined();
    };
    check(archive);
    const young = entry('young');
    archive.append(room(), young);
    expect(archive.page(room(), { max: 9 })?.entries).toEqual([young]);
    const count = beside().prepare('SELECT count(*) AS n FROM entry');
    await vi.waitUntil(() => count.get()?.n === 2, { timeout: 10_000 });
    expect(archive.page(other, { max: 9 })?.entries).toEqual([kept]);
    archiveFile.close();
    expect(readFileSync(archiveFile.file).includes('wherefore')).toBe(false);
  });

  it('is removed by the next process where this one had no time to', async () => {
    const archive = opened();
    for (const one of entries(300)) archive.append(room(), one);
    archive.forget(room().transport, room().account);
    archive.close();
    opened();
    const count = beside().prepare('SELECT count(*) AS n FROM archive');
    await vi.waitUntil(() => count.get()?.n === 0, { timeout: 10_000 });
  });

  it('is forgotten later where the file is held at that moment', async () => {
    const archive = opened();
    const one = entry();
    archive.append(room(), one);
    archive.commit();
    const other = beside();
    other.exec('BEGIN IMMEDIATE');
    archive.forget(room().transport, room().account);
    expect(archive.page(room(), { max: 9 })?.entries).toEqual([]);
    const young = entry('young');
    archive.append(room(), young);
    other.exec('COMMIT');
    await vi.waitUntil(() => other.prepare('SELECT 1 FROM entry WHERE id = ?').get(young.id), {
      timeout: 10_000,
    });
    expect(archive.page(room(), { max: 9 })?.entries).toEqual([young]);
  });
});

describe('the file', () => {
  it('is for its owner alone', async () => {
    const archive = opened();
    archive.append(room(), entry());
    archive.commit();
    const { file } = archiveFile;
    for (const name of [file, `${file}-wal`]) expect(statSync(name).mode & 0o777).toBe(0o600);
  });

  it('of the version before is brought to this one', () => {
    const all = entries(3);
    const before = opened();
    for (const one of all) before.append(room(), one);
    before.close();
    beside().exec('ALTER TABLE archive DROP COLUMN bytes; PRAGMA user_version = 1');
    const archive = opened();
    expect(archive.page(room(), { max: 9 })?.entries).toEqual(all);
    archive.append(room(), entry());
    archive.commit();
    const { bytes } = beside().prepare('SELECT bytes FROM archive').get() ?? {};
    expect(Number(bytes)).toBeGreaterThan(4 * 'line 0'.length);
  });

  it('of a newer version is refused', () => {
    opened().close();
    beside().exec('PRAGMA user_version = 3');
    expect(() => opened()).toThrow(/newer Postern/);
  });
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
