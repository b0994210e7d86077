import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TransportId } from '../../../src/contract/index.ts';
import type { Original } from '../../../src/history/originals.ts';
import { type OriginalsOptions, openOriginals } from '../../../src/history/sqlite-originals.ts';
import { commitsOf } from './log-of-sqlite.ts';

const AT = Date.UTC(2026, 0, 1);
const DAY_MS = 24 * 60 * 60 * 1_000;
const KIB = 1024;

let directory: string;
let file: string;
const open: { close(): void }[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-originals-'));
  file = join(directory, 'originals.sqlite');
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
  rmSync(directory, { recursive: true, force: true });
});

function opened(options: OriginalsOptions = {}) {
  const originals = openOriginals(file, { now: () => AT, ...options });
  open.push(originals);
  return originals;
}

/** The file as another process has it. */
function beside() {
  const database = new DatabaseSync(file);
  open.push(database);
  return database;
}

const conversation = (peer = 'romeo') => ({
  transport: 'paper' as TransportId,
  account: 'juliet@example.org',
  peer,
});
const original = (event: string, text = `all of ${event}`, peer = 'romeo'): Original => ({
  conversation: conversation(peer),
  event,
  text,
});

describe('an original', () => {
  it('is in the file when it is kept, and there after a kill', async () => {
    const killed = opened();
    await killed.keep([original('one')]);
    expect(opened().latest(conversation())).toBe('all of one');
  });

  it('belongs to its conversation alone', async () => {
    const originals = opened();
    await originals.keep([original('one'), original('two', 'to Paris', 'paris')]);
    expect(originals.latest(conversation('paris'))).toBe('to Paris');
    for (const other of [
      { ...conversation(), transport: 'pager' as TransportId },
      { ...conversation(), account: 'nurse@example.org' },
      conversation('mercutio'),
    ]) {
      expect(originals.latest(other)).toBeUndefined();
    }
  });

  it('takes the place of the one before it, of which nothing stays in the file', async () => {
    const originals = opened();
    await originals.keep([original('one', `${'x'.repeat(20 * KIB)} wherefore art thou`)]);
    await originals.keep([original('two')]);
    expect(originals.latest(conversation())).toBe('all of two');
    originals.close();
    expect(readFileSync(file).includes('all of two')).toBe(true);
    expect(readFileSync(file).includes('wherefore')).toBe(false);
  });

  it('does not come last again when its event is repeated', async () => {
    const originals = opened();
    await originals.keep([original('one')]);
    await originals.keep([original('two')]);
    await originals.keep([original('one')]);
    expect(originals.latest(conversation())).toBe('all of two');
  });
});

describe('those who wait', () => {
  it('share one commit, and go on in their order, also those with nothing to keep', async () => {
    const originals = opened();
    const before = commitsOf(file);
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        await originals.keep(n % 2 === 0 ? [original(`event ${n}`, 'text', `peer ${n}`)] : []);
        order.push(n);
      }),
    );
    expect(order).toEqual(Array.from({ length: 50 }, (_, n) => n));
    expect(commitsOf(file) - before).toBe(1);
  });

  it('are answered while another process holds the file for a moment', async () => {
    const originals = opened();
    const other = beside();
    other.exec('BEGIN IMMEDIATE');
    const kept = originals.keep([original('one')]);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(originals.latest(conversation())).toBeUndefined();
    other.exec('COMMIT');
    await kept;
    expect(originals.latest(conversation())).toBe('all of one');
  });

  it('are told, all of them, when it can not be kept, and the next are served again', async () => {
    const originals = opened();
    const other = beside();
    other.exec('ALTER TABLE original RENAME TO gone');
    const waiting = ['one', 'two'].map((event) => originals.keep([original(event)]));
    for (const kept of waiting) await expect(kept).rejects.toThrow('no such table');
    other.exec('ALTER TABLE gone RENAME TO original');
    await originals.keep([original('one')]);
    expect(originals.latest(conversation())).toBe('all of one');
  });

  it('are told when the disk is full: at a quarter more than is allowed it is', async () => {
    const originals = opened({ mostBytes: 64 * KIB });
    const large = original('large', 'x'.repeat(90 * KIB));
    await expect(originals.keep([large])).rejects.toThrow('full');
    await originals.keep([original('small')]);
    expect(originals.latest(conversation())).toBe('all of small');
  });

  it('are written at the end, and nobody after them', async () => {
    const originals = opened();
    const kept = originals.keep([original('one')]);
    originals.close();
    originals.close();
    await kept;
    await expect(originals.keep([original('two')])).rejects.toThrow('closed');
    expect(opened().latest(conversation())).toBe('all of one');
  });
});

describe('what is kept is bounded', () => {
  it('by age', async () => {
    const before = opened({ now: () => AT - 31 * DAY_MS });
    const old = Array.from({ length: 40 }, (_, n) => original(`old ${n}`, 'old', `old ${n}`));
    await before.keep(old);
    before.close();
    const between = opened({ now: () => AT - 29 * DAY_MS });
    await between.keep([original('young')]);
    between.close();
    const originals = opened();
    const isGone = (one: Original) => originals.latest(one.conversation) === undefined;
    await vi.waitUntil(() => old.every(isGone));
    expect(originals.latest(conversation())).toBe('all of young');
  });

  it('by size: the oldest go', async () => {
    const mostBytes = 1024 * KIB;
    const originals = opened({ mostBytes });
    for (let n = 0; n < 60; n++) {
      await originals.keep([original(`event ${n}`, 'x'.repeat(30 * KIB), `peer ${n}`)]);
    }
    expect(originals.latest(conversation('peer 59'))).toHaveLength(30 * KIB);
    expect(originals.latest(conversation('peer 0'))).toBeUndefined();
    originals.close();
    expect(statSync(file).size).toBeLessThanOrEqual(mostBytes * 1.25);
  });
});

describe('the file', () => {
  it('is for its owner alone', async () => {
    await opened().keep([original('one')]);
    for (const name of [file, `${file}-wal`]) expect(statSync(name).mode & 0o777).toBe(0o600);
  });

  it('of a newer version is refused', () => {
    opened().close();
    beside().exec('PRAGMA user_version = 2');
    expect(() => opened()).toThrow(/newer Postern/);
  });
});
