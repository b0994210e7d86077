import { expect, test } from 'vitest';
import { batched } from '../../../src/lanes/batching.ts';
import { laneOf, newMessageId } from '../../../src/lanes/lane.ts';
import { type LaneStore, type NewEntry, UnansweredError } from '../../../src/lanes/lane-store.ts';
import { memoryLaneStore } from '../../../src/lanes/memory/memory-lane-store.ts';

type Push = LaneStore['push'];

const conversation = { transport: 'net', account: 'romeo@example.org', peer: 'juliet' } as const;
const lane = laneOf(conversation as Parameters<typeof laneOf>[0], 'outbound');

function entry(event: string): NewEntry {
  const id = newMessageId(lane.partition);
  return { id, lane, event, acceptedAt: 0, deadlineAt: 1, duplicateKeys: [] };
}

const events = (entries: readonly NewEntry[]) => entries.map(({ event }) => event);

/** A store that is asked as a real one is, and each call of which is seen. */
function watched(
  push: (sound: Push, entries: readonly NewEntry[], sent?: () => void) => ReturnType<Push>,
) {
  const sound = memoryLaneStore();
  const calls: string[][] = [];
  const store = batched({
    ...sound,
    push: (entries, sent) => {
      calls.push(events(entries));
      return push(sound.push, entries, sent);
    },
  });
  return { store, calls };
}

const answering = () => watched((sound, entries) => sound(entries));

test('what is pushed within one tick is stored by one call, and each caller gets his results', async () => {
  const { store, calls } = answering();
  const repeated = { ...entry('b'), duplicateKeys: [{ key: 'k', windowMs: 1_000 }] };
  const results = await Promise.all([
    store.push([entry('a')]),
    store.push([repeated, entry('c')]),
    store.push([{ ...entry('b again'), duplicateKeys: repeated.duplicateKeys }]),
  ]);
  expect(calls).toEqual([['a', 'b', 'c', 'b again']]);
  expect(results).toEqual([
    [{ result: 'stored' }],
    [{ result: 'stored' }, { result: 'stored' }],
    [{ result: 'duplicate', of: repeated.id }],
  ]);
});

test('one call is under way at a time, and what comes meanwhile waits for the next', async () => {
  const gates: (() => void)[] = [];
  const { store, calls } = watched(async (sound, entries) => {
    await new Promise<void>((open) => gates.push(open));
    return await sound(entries);
  });
  const first = store.push([entry('a')]);
  await new Promise((open) => setImmediate(open));
  const rest = [store.push([entry('b')]), store.push([entry('c')])];
  await new Promise((open) => setImmediate(open));
  expect(calls).toEqual([['a']]);
  gates.shift()?.();
  await first;
  await new Promise((open) => setImmediate(open));
  expect(calls).toEqual([['a'], ['b', 'c']]);
  gates.shift()?.();
  await Promise.all(rest);
});

test('each caller is told whenever his entries are on their way, and nobody of those of others', async () => {
  const told: string[] = [];
  const { store, calls } = watched(async (sound, entries, sent) => {
    told.push('call');
    if (entries.length > 1) sent?.();
    if (entries.length > 1) throw new Error('WRONGTYPE');
    return await sound(entries, sent);
  });
  await Promise.all([
    store.push([entry('a')], () => told.push('a')),
    store.push([entry('b')]),
    store.push([entry('c')], () => told.push('c')),
  ]);
  expect(calls).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']]);
  expect(told).toEqual(['call', 'a', 'c', 'call', 'a', 'call', 'call', 'c']);
});

test('a call carries at most 256 entries, or one caller more', async () => {
  const { store, calls } = answering();
  const many = Array.from({ length: 300 }, (_, index) => entry(`${index}`));
  await Promise.all([store.push(many), ...many.map(() => store.push([entry('x')]))]);
  expect(calls.map(({ length }) => length)).toEqual([300, 256, 44]);
});

test('a call carries at most one mebi-character, or one caller more', async () => {
  const { store, calls } = answering();
  const large = () => entry('x'.repeat(400_000));
  await Promise.all([store.push([large()]), store.push([large()]), store.push([large()])]);
  expect(calls.map(({ length }) => length)).toEqual([2, 1]);
});

test('a fault of one caller is not laid on the others', async () => {
  const { store } = watched(async (sound, entries) => {
    if (events(entries).includes('bad')) throw new Error('WRONGTYPE');
    return await sound(entries);
  });
  const [a, bad, b] = await Promise.allSettled([
    store.push([entry('a')]),
    store.push([entry('bad')]),
    store.push([entry('b')]),
  ]);
  expect([a.status, bad.status, b.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('a store that does not answer is not asked for each caller again', async () => {
  const { store, calls } = watched(async () => {
    throw new UnansweredError('the store did not answer');
  });
  const results = await Promise.allSettled([store.push([entry('a')]), store.push([entry('b')])]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(calls).toHaveLength(1);
});

test('when too much waits, a push is refused at once', async () => {
  const { store } = answering();
  const large = entry('x'.repeat(20_000_000));
  const first = store.push([large]);
  await expect(store.push([entry('y'.repeat(20_000_000))])).rejects.toBeInstanceOf(UnansweredError);
  expect(await first).toEqual([{ result: 'stored' }]);
  expect(await store.push([entry('z')])).toEqual([{ result: 'stored' }]);
});

test('nothing asked is nothing done', async () => {
  const { store, calls } = answering();
  expect(await store.push([])).toEqual([]);
  expect(await store.settle([])).toEqual([]);
  expect(calls).toEqual([]);
});

test('what waits for a call that is not answered is refused with it, and was not asked for', async () => {
  const gates: (() => void)[] = [];
  let isAway = true;
  const { store, calls } = watched(async (sound, entries) => {
    if (!isAway) return await sound(entries);
    await new Promise<void>((open) => gates.push(open));
    throw new UnansweredError('the store did not answer');
  });
  const first = store.push([entry('a')]);
  await new Promise((open) => setImmediate(open));
  const waiting = ['b', 'c', 'd'].map((event) => store.push([entry(event.repeat(10_000_000))]));
  const ends = Promise.allSettled([first, ...waiting]);
  gates[0]?.();
  const reasons = (await ends).map((end) => (end.status === 'rejected' ? end.reason : 'stored'));
  expect(reasons.map((reason) => reason instanceof UnansweredError)).toEqual([
    ...[true, false, false, false],
  ]);
  expect(String(reasons[1])).toMatch(/was not asked/);
  expect(calls).toEqual([['a']]);
  isAway = false;
  expect(await store.push([entry('e'.repeat(30_000_000))])).toEqual([{ result: 'stored' }]);
});
