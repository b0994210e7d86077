import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { MessageId, TransportId } from '../../../src/contract/index.ts';
import type { History, Step, StoryReader } from '../../../src/history/history.ts';
import { openHistory, readHistory } from '../../../src/history/sqlite-history.ts';
import { newMessageId } from '../../../src/lanes/lane.ts';

const transport = 'pager' as TransportId;
const AT = Date.UTC(2026, 0, 31, 12);
const DAY_MS = 24 * 60 * 60 * 1_000;

let directory: string;
let file: string;
let now: number;
const open: { close(): void }[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-index-'));
  file = join(directory, 'history.db');
  now = AT;
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
  rmSync(directory, { recursive: true, force: true });
});

function opened(): History {
  const history = openHistory(file, { now: () => now });
  open.push(history);
  return history;
}

function reader(): StoryReader {
  const one = readHistory(file);
  open.push(one);
  return one;
}

let count = 0;
/** One that is stored at a time; each is younger than the one before. */
function accepted(account: string, peer: string, more: Partial<Step> = {}): Step {
  const at = more.at ?? AT + ++count;
  const message = newMessageId(1, at);
  return {
    message,
    transport,
    at,
    what: 'accepted',
    conversation: { account, peer, direction: 'outbound' },
    ...more,
  };
}

const idsOf = (steps: readonly Step[]): MessageId[] => steps.map(({ message }) => message);

/** The same is found whether it is written by now or not. */
function both(history: History, look: (where: StoryReader) => void): void {
  look(history);
  history.close();
  look(reader());
}

describe('a message is found', () => {
  test('by any of its names, and by no other', () => {
    const history = opened();
    const step = accepted('juliet@example.org', 'romeo', { names: ['stanza 1', 'origin 1'] });
    const handed: Step = {
      ...{ message: step.message, transport, at: AT + 1, what: 'handed' },
      names: ['SM1'],
    };
    history.note(step);
    history.note(handed);
    history.note(accepted('juliet@example.org', 'romeo', { names: ['stanza 2'] }));
    both(history, (where) => {
      for (const name of ['stanza 1', 'origin 1', 'SM1']) {
        expect(where.named(name)).toEqual([step.message]);
      }
      expect(where.named('stanza')).toEqual([]);
    });
  });

  test('by a name that others have too: the latest first, on whatever day', () => {
    const history = opened();
    const steps = [9, 0, 3].map((days) =>
      accepted('juliet@example.org', 'romeo', { at: AT - days * DAY_MS, names: ['1'] }),
    );
    for (const step of steps) history.note(step);
    const [oldest, latest, between] = idsOf(steps);
    both(history, (where) => expect(where.named('1')).toEqual([latest, between, oldest]));
  });

  test('by its user, its contact, or both: the latest first, and no more than asked for', () => {
    const history = opened();
    const a = accepted('juliet@example.org', 'romeo');
    const b = accepted('juliet@example.org', 'paris');
    const c = accepted('nurse@example.org', 'romeo');
    const d = accepted('juliet@example.org', 'romeo');
    const e = accepted('juliet@example.org', 'romeo', { transport: 'other' as TransportId });
    for (const step of [a, b, c, d, e]) history.note(step);
    both(history, (where) => {
      const juliet = { account: 'juliet@example.org' };
      expect(where.latest({ ...juliet, transport }, 9)).toEqual(idsOf([d, b, a]));
      expect(where.latest(juliet, 2)).toEqual(idsOf([e, d]));
      expect(where.latest({ peer: 'romeo', transport }, 9)).toEqual(idsOf([d, c, a]));
      expect(where.latest({ ...juliet, peer: 'romeo', transport }, 9)).toEqual(idsOf([d, a]));
      expect(where.latest({ account: 'nobody' }, 9)).toEqual([]);
    });
  });

  test('and it is known whose it is', () => {
    const history = opened();
    const step = accepted('juliet@example.org', 'romeo');
    history.note(step);
    both(history, (where) => {
      expect(where.conversationOf(step.message)).toEqual({
        ...{ transport, account: 'juliet@example.org', peer: 'romeo', direction: 'outbound' },
      });
      expect(where.conversationOf(newMessageId(1, AT))).toBeUndefined();
    });
  });

  test('no more by what is older than the retention', async () => {
    now = AT - 31 * DAY_MS;
    const before = openHistory(file, { now: () => now });
    const old = Array.from({ length: 700 }, (_, n) =>
      accepted('juliet@example.org', `old${n}`, { at: now, names: [`n${n}`] }),
    );
    for (const step of old) before.note(step);
    before.close();
    now = AT - 29 * DAY_MS;
    const after = openHistory(file, { now: () => now });
    const young = accepted('nurse@example.org', 'romeo', { at: now, names: ['n'] });
    after.note(young);
    after.close();
    now = AT;
    const history = opened();
    await vi.waitUntil(() => old.every((_, n) => history.named(`n${n}`).length === 0));
    await vi.waitUntil(() => history.latest({ account: 'juliet@example.org' }, 9).length === 0);
    expect(history.named('n')).toEqual([young.message]);
    expect(history.latest({ peer: 'romeo' }, 9)).toEqual([young.message]);
  });

  test('by several processes that write one file', () => {
    const one = openHistory(file, { now: () => now });
    const other = openHistory(file, { now: () => now });
    const steps = [1, 2, 3, 4].map(() => accepted('juliet@example.org', 'romeo'));
    for (const [index, step] of steps.entries()) (index % 2 === 0 ? one : other).note(step);
    one.close();
    other.close();
    const found = reader().latest({ account: 'juliet@example.org', peer: 'romeo' }, 9);
    expect(found).toEqual(idsOf(steps).reverse());
  });
});

describe('a file of the version before', () => {
  const story = newMessageId(1, AT);

  beforeEach(() => {
    const old = new DatabaseSync(file);
    old.exec(`PRAGMA journal_mode = WAL;
      CREATE TABLE story (
        message TEXT PRIMARY KEY,
        transport TEXT NOT NULL,
        steps TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      PRAGMA user_version = 1;
      INSERT INTO story VALUES ('${story}', 'pager', '${AT} 0\n');`);
    old.close();
  });

  test('is read as it is: its stories are told, and found by their id alone', () => {
    const where = reader();
    expect(where.story(story)).toEqual([{ message: story, transport, at: AT, what: 'accepted' }]);
    expect(where.named('x')).toEqual([]);
    expect(where.latest({ account: 'x' }, 9)).toEqual([]);
    expect(where.conversationOf(story)).toBeUndefined();
  });

  test('is brought to this one when it is written, and keeps its stories', () => {
    const history = opened();
    const step = accepted('juliet@example.org', 'romeo', { names: ['stanza'] });
    history.note(step);
    history.close();
    const where = reader();
    expect(where.story(story)).toHaveLength(1);
    expect(where.named('stanza')).toEqual([step.message]);
  });

  test('may still be written by a process of that version', () => {
    const old = new DatabaseSync(file);
    open.push(old);
    const insert = old.prepare(
      'INSERT INTO story VALUES (?, ?, ?) ON CONFLICT (message) DO UPDATE SET steps = steps || excluded.steps',
    );
    insert.run(story, 'pager', `${AT} 1\n`);
    opened();
    insert.run(story, 'pager', `${AT} 2\n`);
    expect(reader().story(story)).toHaveLength(3);
  });
});
