import { afterAll, beforeAll, expect, test } from 'vitest';
import { Room, SENT } from '../../conformance/lanes/room.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type LanesOnRedis, startLanesOnRedis } from './lanes-on-redis.ts';

const FIVE_MINUTES_MS = 300_000;
const LATER = { kind: 'later', afterMs: 0 } as const;

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
  await room.settled(claim, [LATER]);
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
