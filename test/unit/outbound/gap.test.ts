import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Gaps, openGaps, RecentWriters } from '../../../src/outbound/gap.ts';
import type { BareJid } from '../../../src/xmpp/jid.ts';
import { Inbox } from '../../support/clients/inbox.ts';

const jid = (name: string) => `${name}@example.org` as BareJid;
const JULIET = jid('juliet');
const NURSE = jid('nurse');

describe('who was writing when the stream died', () => {
  it('is who wrote in the minutes before, and after', () => {
    const writers = new RecentWriters();
    writers.wrote(jid('early'), 1_000);
    writers.wrote(jid('shortly-before'), 900_000);
    writers.wrote(jid('after'), 1_010_000);
    expect(writers.around(1_000_000)).toEqual([jid('shortly-before'), jid('after')]);
  });

  it('is remembered in bounded memory', () => {
    const writers = new RecentWriters();
    for (let i = 0; i < 20_000; i++) writers.wrote(jid(`u${i}`), 1_000);
    expect(writers.around(1_000)).toHaveLength(10_000);
  });
});

const ANY = () => true;
const turnOver = () => new Promise((resolve) => setImmediate(resolve));

interface Told {
  readonly to: readonly BareJid[];
  readonly once: string;
  readonly onceMs?: number;
}

describe('a gap', () => {
  const AT = 1_000_000_000;
  let now: number;
  /** What the store has, with the name of its process left out. */
  let mark: number | undefined;
  let marked: Inbox<number>;
  let told: Told[];
  let errors: Inbox<unknown>;
  let isStored: boolean;
  let asked: [number, number][];
  let wrote: BareJid[];

  beforeEach(() => {
    now = AT;
    mark = undefined;
    [marked, told, errors] = [new Inbox(), [], new Inbox()];
    isStored = true;
    asked = [];
    wrote = [JULIET];
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  const set = async (at: number | undefined) => {
    mark = at;
    if (at !== undefined) marked.add(at);
  };
  const open = (): Promise<Gaps> =>
    openGaps({
      mark: { found: async () => mark, set, remove: () => set(undefined) },
      wroteBetween: async (from, until) => {
        asked.push([from, until]);
        return wrote;
      },
      tell: async (to, limit) => {
        if (!isStored) throw new Error('not stored');
        told.push({ to, ...limit });
      },
      onError: (error) => errors.add(error),
      now: () => now,
    });

  it('after a process that ended well, or never was, is none', async () => {
    const gaps = await open();
    gaps.online();
    expect(await marked.take(ANY)).toBe(AT);
    gaps.ending();
    gaps.offline(now);
    await gaps.ended();
    expect(mark).toBeUndefined();
    const next = await open();
    next.online();
    await marked.take(ANY);
    expect([told, asked]).toEqual([[], []]);
  });

  it('of a process that died is told to who wrote since two minutes before its last mark, once in ten minutes', async () => {
    mark = AT - 5_000;
    const gaps = await open();
    gaps.online();
    await marked.take(ANY);
    expect(asked).toEqual([[AT - 125_000, AT]]);
    expect(told).toEqual([{ to: [JULIET], once: 'gap after a death', onceMs: 600_000 }]);
    gaps.offline(undefined);
    gaps.online();
    await marked.take(ANY);
    expect(told).toHaveLength(1);
  });

  it('is left to the next process where this one could tell nobody', async () => {
    mark = AT - 5_000;
    isStored = false;
    const gaps = await open();
    gaps.online();
    await errors.take(ANY);
    gaps.ending();
    gaps.offline(now);
    await gaps.ended();
    expect(mark).toBe(AT - 5_000);
    isStored = true;
    const next = await open();
    next.online();
    await marked.take(ANY);
    expect(told).toHaveLength(1);
  });

  it('of this process is told once it is online again, and where that fails with the next one', async () => {
    const gaps = await open();
    gaps.online();
    await marked.take(ANY);
    gaps.wrote(NURSE);
    gaps.offline(AT);
    isStored = false;
    now += 1_000;
    gaps.online();
    await errors.take(ANY);
    gaps.offline(now);
    isStored = true;
    gaps.online();
    await marked.take(ANY);
    expect(told).toEqual([{ to: [NURSE], once: `gap ${AT}` }]);
  });

  it('is left to the next process where the stream broke, or fell silent, before it was ended', async () => {
    for (const lastCertainAt of [AT, AT - 30_000]) {
      now = AT;
      const gaps = await open();
      gaps.online();
      await marked.take(ANY);
      now += 10;
      gaps.ending();
      gaps.offline(lastCertainAt);
      await gaps.ended();
      expect(mark).toBeDefined();
    }
  });

  it('is noted anew while the stream is up, and told again while it could not be', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    mark = AT - 5_000;
    isStored = false;
    const gaps = await open();
    gaps.online();
    await errors.take(ANY);
    await turnOver();
    isStored = true;
    gaps.tick();
    vi.advanceTimersByTime(9_999);
    gaps.tick();
    expect(told).toEqual([]);
    for (const at of [AT, AT + 10_000]) {
      now = at;
      vi.advanceTimersByTime(10_000);
      gaps.tick();
      expect(await marked.take(ANY)).toBe(at);
      await turnOver();
    }
    expect(told).toHaveLength(1);
    gaps.offline(now);
    vi.advanceTimersByTime(10_000);
    gaps.tick();
    expect(mark).toBe(AT + 10_000);
  });

  it('is possible while the stream could not be ended', async () => {
    const gaps = await open();
    gaps.online();
    await marked.take(ANY);
    gaps.ending();
    await gaps.ended();
    expect(mark).toBe(AT);
  });
});
