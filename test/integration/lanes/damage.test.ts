import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MessageId } from '../../../src/contract/index.ts';
import { partitionOf } from '../../../src/lanes/lane.ts';
import { readOutbound, UnreadableError } from '../../../src/lanes/stored.ts';
import { partitionKey } from '../../../src/store/keys.ts';
import { events, handed, LEASE_MS, Room, SENT } from '../../conformance/lanes/room.ts';
import { type LanesOnRedis, startLanesOnRedis } from './lanes-on-redis.ts';

let server: LanesOnRedis;
beforeAll(async () => {
  server = await startLanesOnRedis();
});
afterAll(() => server.close());

const PARKED = { kind: 'terminal', keep: true } as const;
const tagOf = (id: MessageId) => partitionKey(partitionOf(id));
const recordOf = (id: MessageId) => `${tagOf(id)}:m:${id}`;

test.each([
  ['is gone', async (id: MessageId) => await server.command('DEL', recordOf(id))],
  ['is garbage', async (id: MessageId) => await server.command('SET', recordOf(id), '\u0000{}')],
  [
    'is of a later version',
    async (id: MessageId) => await server.command('SET', recordOf(id), '2 new\n{"v":2}'),
  ],
])('a record that %s does not wedge its lane: the message can be parked', async (_, damage) => {
  const room = new Room(server.lanes);
  const [id] = await room.push(room.lane(), 'damaged', 'sound');
  if (id === undefined) throw new Error('nothing was stored');
  await damage(id);
  const claim = await room.one();
  expect(claim.entries).toMatchObject([{ id, event: '', lane: room.lane() }, { event: 'sound' }]);
  // Who serves the lane reads the event before he looks at anything else.
  expect(() => readOutbound(claim.entries[0]?.event ?? 'x')).toThrow(UnreadableError);
  expect(claim.entries[0]?.deadlineAt).toBeGreaterThan(Date.now());
  await room.settled(claim, [PARKED, SENT]);
  const dead = await room.store.deadLetters(10);
  expect(dead.map((entry) => entry.id)).toContain(id);
  expect(await room.store.revive(id, Date.now())).toBe(false);
  expect(await room.store.discard(id)).toBe(true);
  expect(await room.store.read(id)).toBeUndefined();
});

test('a record of a later version is kept as it is', async () => {
  const room = new Room(server.lanes);
  const id = await room.pushOne(room.lane(), 'x');
  await server.command('SET', recordOf(id), '2 new\n{"v":2}');
  await room.settled(await room.one(), [PARKED]);
  expect(await server.command('GET', recordOf(id))).toBe('2 new\n{"v":2}');
  await room.store.discard(id);
});

test('a journal that can not be read says that something may have left', async () => {
  const room = new Room(server.lanes);
  const [id] = await room.push(room.lane(), 'damaged', 'sound');
  if (id === undefined) throw new Error('nothing was stored');
  await server.command('HSET', `${tagOf(id)}:j`, id, 'nonsense');
  expect(await room.store.read(id)).toMatchObject({
    event: 'damaged',
    state: 'unknown',
    crashes: 3,
  });
  const claim = await room.one();
  expect(claim.entries).toMatchObject([{ event: 'damaged', interrupted: true, crashes: 3 }]);
  const { next } = await room.settled(claim, [PARKED], { next: 8 });
  expect(next && events(next)).toEqual(['sound']);
});

test('parts that can not be read are no parts', async () => {
  const room = new Room(server.lanes);
  const id = await room.pushOne(room.lane(), 'x');
  await server.command('HSET', `${tagOf(id)}:j`, id, 'A 1 0 0 1700000000000 [[1,"n",');
  const claim = await room.one();
  expect(claim.entries).toMatchObject([{ attempts: 2, parts: [] }]);
  expect(await room.settled(claim, [handed(LEASE_MS, 'n0')])).toMatchObject({ confirmed: [] });
  expect((await room.store.read(id))?.parts).toEqual([
    { part: 0, networkId: 'n0', state: 'accepted' },
  ]);
});

test('a handed message whose record is damaged is parked when it is rewound', async () => {
  const room = new Room(server.lanes);
  const damaged = await room.handOver(room.lane(), 'a');
  await room.handOver(room.lane(), 'b');
  await server.command('SET', recordOf(damaged), 'garbage');
  await room.store.rewind(room.channel);
  expect(await room.sendAll()).toEqual(['b']);
  expect((await room.store.deadLetters(10)).map(({ id }) => id)).toContain(damaged);
});

test('a look that finds nothing writes nothing', async () => {
  await server.command('FLUSHALL');
  const room = new Room(server.lanes);
  expect((await room.claim()).claims).toEqual([]);
  expect(await server.command('DBSIZE')).toBe(0);
});

test('a full server takes nothing new, and lets out what it has', async () => {
  const room = new Room(server.lanes);
  await room.push(room.lane(), 'a', 'b');
  await server.command('CONFIG', 'SET', 'maxmemory', '1mb');
  try {
    const refused = await room.store.push([room.entry(room.lane(), 'the body')]).catch(String);
    expect(refused).toMatch(/OOM/);
    const claim = await room.one();
    const { next } = await room.settled(claim, [handed(LEASE_MS), { kind: 'later', afterMs: 0 }]);
    expect(next).toBeUndefined();
    expect(await room.sendAll()).toEqual(['b']);
  } finally {
    await server.command('CONFIG', 'SET', 'maxmemory', '512mb');
  }
  expect(await room.sendAll()).toEqual([]);
});
