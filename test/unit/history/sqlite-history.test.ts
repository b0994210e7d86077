import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { MessageId, TransportId } from '../../../src/contract/index.ts';
import { STEP_KINDS, type Step } from '../../../src/history/history.ts';
import {
  type HistoryOptions,
  openHistory,
  readHistory,
} from '../../../src/history/sqlite-history.ts';
import { newMessageId } from '../../../src/lanes/lane.ts';
import { listener } from './told.ts';

const transport = 'pager' as TransportId;
const AT = Date.UTC(2026, 0, 1);
const DAY_MS = 24 * 60 * 60 * 1_000;

let directory: string;
let file: string;
const open: { close(): void }[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-history-'));
  file = join(directory, 'history.db');
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
  rmSync(directory, { recursive: true, force: true });
});

const opened = (options: HistoryOptions = {}) => {
  const history = openHistory(file, { now: () => AT, ...options });
  open.push(history);
  return history;
};
const reader = () => {
  const one = readHistory(file);
  open.push(one);
  return one;
};
const step = (message: MessageId, what: Step['what'], at = AT, detail?: string): Step => ({
  message,
  transport,
  at,
  what,
  ...(detail === undefined ? {} : { detail }),
});
const id = (at = AT) => newMessageId(5, at);

describe('openHistory', () => {
  test('tells a story that is not written yet', () => {
    const history = opened();
    const message = id();
    const steps = [step(message, 'accepted'), step(message, 'handed', AT + 9, 'network id X1')];
    for (const one of steps) history.note(one);
    history.note(step(id(), 'accepted'));
    expect(history.story(message)).toEqual(steps);
    expect(history.story(id())).toEqual([]);
  });

  test('writes by itself, and a reader beside it sees it', async () => {
    const history = opened();
    const message = id();
    const steps = STEP_KINDS.map((what, n) =>
      step(message, what, AT + n, n % 2 ? what : undefined),
    );
    for (const one of steps) history.note(one);
    const beside = reader();
    await vi.waitUntil(() => beside.story(message).length > 0, { timeout: 10_000 });
    expect(beside.story(message)).toEqual(steps);
    expect(history.story(message)).toEqual(steps);
  });

  test('writes what is left when it is closed, and goes on in the same file', () => {
    const message = id();
    const first = openHistory(file);
    first.note(step(message, 'accepted'));
    first.close();
    first.close();
    first.note(step(message, 'told'));
    const second = opened();
    second.note(step(message, 'handed', AT + 1));
    expect(second.story(message).map(({ what }) => what)).toEqual(['accepted', 'handed']);
  });

  test('several processes append to one story', () => {
    const message = id();
    const [one, other] = [openHistory(file), openHistory(file)];
    one.note(step(message, 'accepted', AT));
    one.note(step(message, 'told', AT + 20));
    other.note(step(message, 'handed', AT + 10));
    one.close();
    other.close();
    expect(
      reader()
        .story(message)
        .map(({ what }) => what),
    ).toEqual(['accepted', 'handed', 'told']);
  });

  test('commits large numbers in pieces and loses none', () => {
    const history = openHistory(file);
    const messages = Array.from({ length: 700 }, () => id());
    for (const what of ['accepted', 'attempt', 'handed'] as const) {
      for (const message of messages) history.note(step(message, what));
    }
    history.close();
    const beside = reader();
    for (const message of messages) expect(beside.story(message)).toHaveLength(3);
  });

  test('keeps a detail on one line and within bounds', () => {
    const message = id();
    const first = openHistory(file);
    first.note(step(message, 'failed', AT, `a\n1 2 b\u2028c\ud800${'x'.repeat(1_000)}`));
    first.close();
    const [only, ...others] = reader().story(message);
    expect(others).toEqual([]);
    expect(only?.detail).toMatch(/^a 1 2 b c\ufffdx+$/);
    expect(only?.detail).toHaveLength(300);
  });

  test('ends the story of a message that is tried for ever', () => {
    const message = id();
    const history = openHistory(file);
    for (let n = 0; n < 4_000; n++) history.note(step(message, 'later', AT + n, 'x'.repeat(100)));
    history.close();
    const { length } = reader().story(message);
    expect(length).toBeGreaterThan(500);
    expect(length).toBeLessThan(2_000);
  });

  test('forgets what is older than the retention, and nothing else', async () => {
    const old = Array.from({ length: 1_200 }, () => id(AT - 31 * DAY_MS));
    const young = id(AT - 29 * DAY_MS);
    const before = openHistory(file, { now: () => AT - 31 * DAY_MS });
    for (const message of [...old, young]) before.note(step(message, 'accepted'));
    before.close();
    const history = opened();
    await vi.waitUntil(() => old.every((message) => history.story(message).length === 0));
    expect(history.story(young)).toHaveLength(1);
  });

  test('its file is for its owner alone', () => {
    const history = opened();
    history.note(step(id(), 'accepted'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(`${file}-wal`).mode & 0o777).toBe(0o600);
  });

  test('refuses a file of a newer version, to write and to read', () => {
    openHistory(file).close();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => openHistory(file)).toThrow(/newer Postern/);
    expect(() => readHistory(file)).toThrow(/newer Postern/);
  });
});

describe('a file that takes nothing', () => {
  test('costs the oldest steps; it is told once, and once more when it is over', async () => {
    const told = listener();
    const history = opened({ mostWaiting: 100, onError: told.listen });
    const beside = new DatabaseSync(file);
    open.push(beside);
    beside.exec('ALTER TABLE story RENAME TO gone');
    const messages = Array.from({ length: 101 }, () => id());
    for (const message of messages) history.note(step(message, 'accepted'));
    expect((await told.next()).message).toContain('no such table');
    beside.exec('ALTER TABLE gone RENAME TO story');
    expect((await told.next()).message).toBe(
      'History writes again. 10 steps of stories were lost.',
    );
    const { story } = reader();
    expect(messages.filter((message) => story(message).length === 0)).toEqual(
      messages.slice(0, 10),
    );
  });

  test('is waited for while another process holds it', async () => {
    const told = listener();
    const history = opened({ onError: told.listen });
    const beside = new DatabaseSync(file);
    open.push(beside);
    beside.exec('BEGIN IMMEDIATE');
    const messages = Array.from({ length: 501 }, () => id());
    for (const message of messages) history.note(step(message, 'accepted'));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(history.story(messages[0] ?? id())).toHaveLength(1);
    beside.exec('COMMIT');
    const { story } = reader();
    await vi.waitUntil(() => messages.every((message) => story(message).length === 1), {
      timeout: 10_000,
    });
    expect(told.count()).toBe(0);
  });
});

describe('readHistory', () => {
  test('says that there is none', () => {
    expect(() => readHistory(file)).toThrow(/unable to open/);
  });
});
