import { mkdtemp, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MessageId } from '../../../src/contract/index.ts';
import { newMessageId } from '../../../src/lanes/lane.ts';
import type { Claim, LaneStore, Settlement } from '../../../src/lanes/lane-store.ts';
import { memoryLaneStore } from '../../../src/lanes/memory/memory-lane-store.ts';
import { type SpooledLaneStore, spooled } from '../../../src/lanes/spool.ts';
import { CHANNEL, entry, lane } from '../../support/served-lanes.ts';

const LARGE = JSON.stringify({ text: 'ü'.repeat(40_000) });
const SMALL = JSON.stringify({ text: 'ü'.repeat(30_000) });
const HOLDER = { channel: CHANNEL, holder: 'one', leaseMs: 30_000 };
const PARTITIONS = Array.from({ length: 64 }, (_, i) => i);

let directory: string;
let inner: LaneStore;
let store: SpooledLaneStore;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'postern-spool-'));
  inner = memoryLaneStore();
  store = await spooled(inner, directory);
});

afterEach(async () => {
  store.stop();
  await rm(directory, { recursive: true });
});

const files = () => readdir(directory);

async function claim(perLane = 1): Promise<Claim> {
  const request = { ...HOLDER, lanes: 1, perLane, partitions: PARTITIONS };
  const [first] = (await store.claim(request)).claims;
  if (first === undefined) throw new Error('nothing to claim');
  return first;
}

const settle = (claimed: Claim, settlements: readonly Settlement[], next = 0) =>
  store.settle([{ claim: claimed, settlements, reports: [], next, leaseMs: 30_000 }]);

describe('a large event', () => {
  test('lies in a file, its record holds a pointer, and every way of reading gives it back', async () => {
    const large = entry(lane('a'), LARGE);
    await store.push([large]);
    expect(await files()).toEqual([large.id]);
    expect((await inner.read(large.id))?.event).toBe('@spool');
    expect((await store.read(large.id))?.event).toBe(LARGE);
    const claimed = await claim();
    expect(claimed.entries.map(({ event }) => event)).toEqual([LARGE]);
    await settle(claimed, [{ kind: 'terminal', keep: true }]);
    expect((await store.deadLetters(1)).map(({ event }) => event)).toEqual([LARGE]);
  });

  test('takes the place of another when its message is revived', async () => {
    await store.push([entry(lane('a'), SMALL)]);
    await settle(await claim(), [{ kind: 'terminal', keep: true }]);
    const [id] = await store.dead(1);
    if (id !== undefined) await store.revive(id, Date.now() + 60_000, { event: LARGE });
    expect((await inner.read(id ?? expect.fail()))?.event).toBe('@spool');
    expect((await claim()).entries.map(({ event }) => event)).toEqual([LARGE]);
  });

  test('comes with the next claim of a busy lane', async () => {
    await store.push([entry(lane('a'), SMALL), entry(lane('a'), LARGE)]);
    const [settled] = await settle(await claim(), [{ kind: 'terminal', keep: false }], 1);
    expect(settled).toMatchObject({ next: { entries: [{ event: LARGE }] } });
  });

  test.each<[string, (claimed: Claim) => Promise<unknown>]>([
    ['has ended', (claimed) => settle(claimed, [{ kind: 'terminal', keep: false }])],
    [
      'was handed and is not kept',
      (claimed) => settle(claimed, [{ kind: 'handed', parts: [], keepMs: 0 }]),
    ],
    [
      'was refused after it was handed',
      async (claimed) => {
        await settle(claimed, [{ kind: 'handed', parts: [], keepMs: 60_000 }]);
        const [head] = claimed.entries;
        if (head) await store.bounce(head.id, { kind: 'terminal', keep: false });
      },
    ],
    [
      'was discarded',
      async (claimed) => {
        await settle(claimed, [{ kind: 'terminal', keep: true }]);
        const [head] = claimed.entries;
        if (head) await store.discard(head.id);
      },
    ],
    [
      'was taken back',
      async (claimed) => {
        await settle(claimed, [{ kind: 'untouched' }]);
        const [head] = claimed.entries;
        if (head) await store.withdraw(head.id, 0, []);
      },
    ],
  ])('goes from the disk when its message %s', async (_, end) => {
    await store.push([entry(lane('a'), LARGE)]);
    const claimed = await claim();
    expect(await files()).toHaveLength(1);
    await end(claimed);
    expect(await files()).toEqual([]);
  });

  test('stays on the disk while its message is tried again, or is kept', async () => {
    await store.push([entry(lane('a'), LARGE)]);
    await settle(await claim(), [{ kind: 'later', afterMs: 0 }]);
    expect(await files()).toHaveLength(1);
    await settle(await claim(), [{ kind: 'handed', parts: [], keepMs: 60_000 }]);
    expect(await files()).toHaveLength(1);
  });

  test('that repeats another leaves no file', async () => {
    const key = [{ key: 'same', windowMs: 60_000 }];
    await store.push([{ ...entry(lane('a'), LARGE), duplicateKeys: key }]);
    const repeat = { ...entry(lane('a'), LARGE), duplicateKeys: key };
    expect(await store.push([repeat])).toMatchObject([{ result: 'duplicate' }]);
    expect(await files()).not.toContain(repeat.id);
  });

  test('whose file is missing reads as empty, so that it is parked', async () => {
    const large = entry(lane('a'), LARGE);
    await store.push([large]);
    await rm(join(directory, large.id));
    expect((await claim()).entries).toMatchObject([{ id: large.id, event: '' }]);
  });
});

describe('a large event that the disk does not give', () => {
  const told: unknown[] = [];
  const other = entry(lane('b'), LARGE);
  const hidden = entry(lane('a'), LARGE);
  const everything = { ...HOLDER, lanes: 9, perLane: 9, partitions: PARTITIONS };
  const ids = async () =>
    (await store.claim(everything)).claims.flatMap(({ entries }) => entries.map(({ id }) => id));

  /** A link to itself: whoever may do all may not read it either. */
  const hide = async (id: MessageId) => {
    const file = join(directory, id);
    await rename(file, `${file}.kept`);
    await symlink(id, file);
    return () => rename(`${file}.kept`, file);
  };

  beforeEach(async () => {
    told.length = 0;
    store.stop();
    store = await spooled(inner, directory, true, (error) => told.push(error));
  });

  test('waits by itself, is not parked, and comes when it can be read', async () => {
    await store.push([hidden, entry(lane('a'), SMALL), other]);
    const show = await hide(hidden.id);
    expect(await ids()).toEqual([other.id]);
    expect(told).toMatchObject([{ code: 'ELOOP' }]);
    expect(await ids()).toEqual([]);
    await show();
    await store.hurry(hidden.id);
    expect((await ids())[0]).toBe(hidden.id);
    expect(await store.dead(9)).toEqual([]);
  });

  test('comes in its turn where it is not the first of its lane', async () => {
    const small = entry(lane('a'), SMALL);
    await store.push([small, hidden]);
    const show = await hide(hidden.id);
    const claimed = await claim(9);
    expect(claimed.entries.map(({ id }) => id)).toEqual([small.id]);
    const [settled] = await settle(claimed, [{ kind: 'terminal', keep: false }], 1);
    expect(settled).toMatchObject({ result: 'settled', next: undefined });
    await show();
    await store.hurry(hidden.id);
    expect(await ids()).toEqual([hidden.id]);
  });
});

test('a claim holds a mebibyte or its head, and what was not read of it stays untouched', async () => {
  const entries = Array.from({ length: 40 }, () => entry(lane('a'), LARGE));
  await store.push(entries);
  const claimed = await claim(40);
  expect(claimed.entries.length).toBe(14);
  await settle(
    claimed,
    claimed.entries.map(() => ({ kind: 'terminal', keep: false }) as const),
  );
  expect(await claim()).toMatchObject({
    entries: [{ id: entries[14]?.id, attempts: 1, crashes: 0, interrupted: false }],
  });
});

test('small events are stored as they are', async () => {
  const small = entry(lane('a'), SMALL);
  await store.push([small]);
  expect(await files()).toEqual([]);
  expect((await inner.read(small.id))?.event).toBe(SMALL);
});

test('a start removes what a crash has left, and nothing that is needed or may be under way', async () => {
  const needed = entry(lane('a'), LARGE);
  await store.push([needed]);
  const orphan = newMessageId(1);
  const young = newMessageId(2);
  await Promise.all(
    [orphan, young, `${orphan}.new`].map((name) => writeFile(join(directory, name), LARGE)),
  );
  const hours = async (name: string, ago: number) => {
    const then = Date.now() / 1_000 - ago * 3_600;
    await utimes(join(directory, name), then, then);
  };
  for (const name of [orphan, needed.id, `${orphan}.new`]) await hours(name, 8 * 24);
  // Its record may be in the Redis that Postern should have been started with.
  await hours(young, 6 * 24);
  await store.sweep();
  expect((await files()).sort()).toEqual([needed.id, young].sort());
});
