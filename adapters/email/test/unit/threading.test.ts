import type { AdapterMemory } from 'postern/adapter';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Arrived, Threads, type Written } from '../../threading.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const BOB = 'juliet@example.org bob@example.com';
const FALLBACK = 'Message from Juliet';

/** In memory; a write is done a turn later, as in the store. */
class Memory implements AdapterMemory {
  readonly entries: Map<string, string>;
  writes = 0;
  underWay = Promise.resolve();

  constructor(entries = new Map<string, string>()) {
    this.entries = entries;
  }
  get = (key: string) => this.entries.get(key);
  keys = () => [...this.entries.keys()];
  set = (key: string, value: string) => {
    this.writes += 1;
    this.underWay = Promise.resolve().then(() => void this.entries.set(key, value));
    return this.underWay;
  };
  delete = async (key: string) => void this.entries.delete(key);
}

let memory: Memory;
let threads: Threads;
let at: number;
let mails: number;

beforeEach(() => {
  memory = new Memory();
  threads = open();
  at = 1_000_000;
  mails = 0;
});

function open(): Threads {
  return new Threads(memory, (error) => {
    throw error;
  });
}

function write(more: Partial<Written> = {}, to = BOB) {
  mails += 1;
  const messageId = `ours${mails}@mail.example`;
  return { messageId, ...threads.writes(to, { messageId, at, ...more }, FALLBACK) };
}

function arrive(more: Partial<Arrived> = {}, from = BOB) {
  mails += 1;
  const messageId = `theirs${mails}@example.com`;
  const mail = { messageId, at, subject: 'Invoice 42', inReplyTo: [], references: [], ...more };
  return { messageId: mail.messageId, ...threads.arrives(from, mail) };
}

/** What was changed while a write was under way is a second one. */
async function written(): Promise<void> {
  for (let writes = 0; writes < 3; writes += 1) await memory.underWay;
}

async function restart(): Promise<void> {
  await written();
  threads = open();
  await threads.load();
}

describe('what the user writes', () => {
  test('begins a thread of its own name', () => {
    const first = write();
    expect(first).toMatchObject({ subject: FALLBACK, references: [] });
    expect(first.inReplyTo).toBeUndefined();
  });

  test('goes on within 30 minutes', () => {
    const first = write();
    at += 29 * MINUTE;
    const second = write();
    expect(second).toMatchObject({
      subject: `Re: ${FALLBACK}`,
      inReplyTo: first.messageId,
      references: [first.messageId],
    });
    at += 31 * MINUTE;
    expect(write()).toMatchObject({ subject: FALLBACK, references: [] });
  });

  test('answers what the other wrote, though it was days ago', () => {
    const mail = arrive();
    at += 6 * DAY;
    expect(write()).toMatchObject({ subject: 'Re: Invoice 42', inReplyTo: mail.messageId });
    at += 6 * DAY;
    expect(write()).toMatchObject({ subject: FALLBACK });
  });

  test('begins a thread with a subject, and goes back to one with "Re:"', () => {
    const first = write({ subject: 'The balcony' });
    const second = write({ subject: 'The tomb' });
    expect(first).toMatchObject({ subject: 'The balcony', references: [] });
    expect(second).toMatchObject({ subject: 'The tomb', references: [] });
    const back = write({ subject: 'Re: The balcony' });
    expect(back).toMatchObject({ subject: 'Re: The balcony', inReplyTo: first.messageId });
    expect(write({ subject: 'Re: unheard of' })).toMatchObject({ references: [] });
  });

  test('goes on in the thread that the client names', () => {
    const first = write({ thread: 't1' });
    write({ subject: 'Another' });
    at += 31 * MINUTE;
    expect(write({ thread: 't1' })).toMatchObject({ inReplyTo: first.messageId });
  });
});

describe('what comes in', () => {
  test('shows its subject where it begins, and where that changes', () => {
    expect(arrive()).toMatchObject({ title: '✉ Invoice 42' });
    const sent = write();
    const answer = arrive({ subject: 'Re: Invoice 42', inReplyTo: [sent.messageId] });
    expect(answer.title).toBeUndefined();
    const changed = arrive({ subject: 'Paid', references: [sent.messageId] });
    expect(changed).toMatchObject({ thread: answer.thread, title: '✉ Paid' });
  });

  test('without references is in the thread whose subject it answers', () => {
    const sent = write({ subject: 'The balcony', thread: 't1' });
    write({ subject: 'The tomb', thread: 't2' });
    const answer = arrive({ subject: 'RE: The balcony' });
    expect(answer.thread).toBe('t1');
    expect(answer.title).toBeUndefined();
    expect(arrive({ messageId: answer.messageId, subject: 'RE: The balcony' })).toEqual(answer);
    expect(write({ thread: 't1' }).references).toEqual([sent.messageId, answer.messageId]);
    for (const more of [{ subject: 'The balcony' }, { references: ['x@far.example'] }]) {
      expect(arrive({ subject: 'Re: The balcony', ...more }).thread).not.toBe('t1');
    }
  });

  test('is in the thread that the client named last', () => {
    const sent = write({ thread: 't1' });
    expect(arrive({ references: [sent.messageId] }).thread).toBe('t1');
    const next = write({ thread: 't2' });
    expect(arrive({ references: [sent.messageId, next.messageId] }).thread).toBe('t2');
  });

  test('looks the same when it is opened again', () => {
    const first = arrive();
    const again = arrive({ messageId: first.messageId });
    expect(again).toEqual(first);
  });

  test('of nobody that we know is in a thread that its root gives, for ever', () => {
    const { thread } = arrive({ references: ['root@far.example', 'x@far.example'] });
    threads = new Threads(new Memory(), () => undefined);
    expect(arrive({ references: ['root@far.example'] }).thread).toBe(thread);
  });

  test('without a subject shows none', () => {
    expect(arrive({ subject: ' ' }).title).toBeUndefined();
  });

  test('for another conversation is another thread', () => {
    const sent = write();
    const other = arrive({ inReplyTo: [sent.messageId] }, 'nurse@example.org bob@example.com');
    expect(other.title).toBe('✉ Invoice 42');
  });
});

test('ten mails to and fro are one thread, also over a restart', async () => {
  const ids: string[] = [];
  const names = new Set<string>();
  for (let turn = 0; turn < 5; turn += 1) {
    const sent = write();
    expect(sent.inReplyTo).toBe(ids.at(-1));
    expect(sent.references).toEqual(ids);
    ids.push(sent.messageId);
    const answer = arrive({ subject: `Re: ${FALLBACK}`, references: [...ids] });
    ids.push(answer.messageId);
    names.add(answer.thread);
    at += 20 * MINUTE;
    await restart();
  }
  expect(names.size).toBe(1);
});

test('a long thread keeps its first mail and its last ones', () => {
  const ids = Array.from({ length: 40 }, () => write().messageId);
  const { references } = write();
  expect(references[0]).toBe(ids[0]);
  expect(references.slice(1)).toEqual(ids.slice(-9));
});

test('of many writes of one conversation only the last one counts', async () => {
  for (let count = 0; count < 100; count += 1) write();
  await written();
  expect(memory.writes).toBeLessThan(5);
  const last = threads.writes(BOB, { messageId: 'last@mail.example', at }, FALLBACK);
  await restart();
  const next = threads.writes(BOB, { messageId: 'next@mail.example', at }, FALLBACK);
  expect(next.references).toEqual([
    ...last.references.slice(0, 1),
    ...last.references.slice(2),
    'last@mail.example',
  ]);
});

test('what another version has stored is forgotten, not believed', async () => {
  memory.entries.set(`threads ${BOB}`, '[{"thread":1},{"ids":"x"}]');
  memory.entries.set('threads x y', 'not JSON');
  memory.entries.set('verp key', 'kept');
  await restart();
  expect(write()).toMatchObject({ references: [] });
  expect(memory.entries.get('verp key')).toBe('kept');
});
