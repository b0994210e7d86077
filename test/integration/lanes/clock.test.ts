import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AT_ONCE, handed, Room, SENT, UNKNOWN, until } from '../../conformance/lanes/room.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type LanesOnRedis, startLanesOnRedis } from './lanes-on-redis.ts';

const FIVE_MINUTES_MS = 300_000;
const HOUR_MS = 3_600_000;
const WEEK_MS = 168 * HOUR_MS;

let clock: FakeClock;
let server: LanesOnRedis;

beforeAll(async () => {
  clock = await FakeClock.start();
  server = await startLanesOnRedis({ env: clock.env('redis') });
});

afterAll(async () => {
  await server?.close();
  await clock?.stop();
});

afterEach(() => clock.set('redis', 0));

test('what is stored while the clock is ahead does not wait when it is set right', async () => {
  const room = new Room(server.lanes);
  await clock.set('redis', FIVE_MINUTES_MS);
  await room.pushOne(room.lane(), 'stored ahead');
  await clock.set('redis', 0);
  const claim = await room.one();
  expect(claim.entries).toMatchObject([{ event: 'stored ahead' }]);
  await room.settled(claim, [SENT]);
});

test('what is to be tried again, as the clock was ahead, does not wait when it is set right', async () => {
  const room = new Room(server.lanes);
  await room.pushOne(room.lane(), 'tried');
  const claim = await room.one();
  await clock.set('redis', FIVE_MINUTES_MS);
  await room.settled(claim, [AT_ONCE]);
  await clock.set('redis', 0);
  expect((await room.one()).entries).toMatchObject([{ event: 'tried' }]);
});

test('what was freed while the clock was ahead does not wait when it is set right', async () => {
  const room = new Room(server.lanes);
  await room.pushOne(room.lane(), 'freed');
  await room.one();
  await clock.set('redis', FIVE_MINUTES_MS);
  await room.store.release(room.channel, 'h1');
  await clock.set('redis', 0);
  expect((await room.one()).entries).toMatchObject([{ event: 'freed' }]);
});

test('what is to be tried in a second is so, too, when the clock is set back by an hour', async () => {
  const room = new Room(server.lanes);
  await room.pushOne(room.lane(), 'put off');
  await room.settled(await room.one(), [{ kind: 'later', afterMs: 1_000 }]);
  await clock.set('redis', -HOUR_MS);
  // A clock is noted every five seconds.
  expect((await room.claim()).nextInMs).toBeLessThanOrEqual(6_000);
});

test('a lane that is served stays with its holder when the clock is set a week ahead', async () => {
  const room = new Room(server.lanes);
  await room.pushOne(room.lane(), 'under way');
  const claim = await room.one();
  await clock.set('redis', WEEK_MS);
  await room.pushOne(room.lane('tybalt'), 'another');
  const { claims } = await room.claim();
  expect(claims.flatMap(({ entries }) => entries)).toMatchObject([{ event: 'another' }]);
  expect(await room.settle(claim, [SENT])).toMatchObject({ result: 'settled' });
});

test('so it does where more waits than one look reaches', async () => {
  const room = new Room(server.lanes);
  await room.pushOne(room.lane(), 'under way');
  const claim = await room.one();
  const { partition } = room.lane();
  const beside = ['a', 'b'].map((name) => ({ ...room.lane(), name: `o${name}${room.transport}` }));
  for (const lane of beside) await room.pushOne(lane, 'beside');
  await clock.set('redis', HOUR_MS);
  const request = { lanes: 1, partitions: [partition] };
  for (const _ of beside) {
    const { entries } = await room.one(request);
    expect(entries).toMatchObject([{ event: 'beside' }]);
  }
  expect((await room.claim(request)).claims).toEqual([]);
  expect(await room.settle(claim, [SENT])).toMatchObject({ result: 'settled' });
});

describe('what is handed over is kept when the clock is set an hour ahead', () => {
  test.each([
    ['the first who comes ends what is over', async () => {}],
    ['the first who comes looks for work', async (room: Room) => void (await room.claim())],
    [
      'the first who comes stores something',
      async (room: Room) => void (await room.pushOne(room.lane(), 'another')),
    ],
  ])('%s', async (_, comes) => {
    const room = new Room(server.lanes);
    const id = await room.pushOne(room.lane(), 'handed');
    await room.settled(await room.one(), [handed(30_000, 'n')]);
    await clock.set('redis', HOUR_MS);
    await comes(room);
    expect((await room.store.expireHanded(room.channel)).ended).toEqual([]);
    // Its time goes on from there, and is not begun again with each look.
    await clock.set('redis', HOUR_MS + 14_000);
    expect((await room.store.expireHanded(room.channel)).ended).toEqual([]);
    await clock.set('redis', HOUR_MS + 28_000);
    expect((await room.store.expireHanded(room.channel)).ended).toEqual([]);
    await clock.set('redis', HOUR_MS + 42_000);
    expect((await room.store.expireHanded(room.channel)).ended).toEqual([id]);
  });
});

test('whoever is another takes it then, as nobody can tell it from a holder who is gone', async () => {
  const room = new Room(server.lanes);
  await room.pushOne(room.lane(), 'left');
  await room.one();
  await clock.set('redis', WEEK_MS);
  expect((await room.one({ holder: 'h2' })).entries).toMatchObject([{ interrupted: true }]);
});

test.each([
  ['ahead', WEEK_MS],
  ['back', -HOUR_MS],
])(
  'when an intent was written is said by the clock of who asks, whatever that of the store was when it was set %s',
  async (_, offsetMs) => {
    const room = new Room(server.lanes);
    await clock.set('redis', offsetMs);
    await room.pushOne(room.lane(), 'x');
    await room.settled(await room.one(), [UNKNOWN]);
    const [entry] = (await room.one()).entries;
    expect(Math.abs((entry?.since ?? 0) - Date.now())).toBeLessThan(FIVE_MINUTES_MS);
  },
);

test('a clock that is set back makes nothing begin later than now', async () => {
  const room = new Room(server.lanes);
  await room.pushOne(room.lane(), 'x');
  await room.settled(await room.one(), [UNKNOWN]);
  await clock.set('redis', -HOUR_MS);
  // What waits moves with the clock to a few seconds.
  const claim = await until(async () => (await room.claim()).claims[0]);
  expect(claim.entries[0]?.since).toBeLessThanOrEqual(Date.now());
});
