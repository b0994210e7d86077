import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { batched } from '../../../src/lanes/batching.ts';
import { UnansweredError } from '../../../src/lanes/lane-store.ts';
import { redisLaneStore } from '../../../src/lanes/redis/redis-lane-store.ts';
import type { Store } from '../../../src/store/store.ts';
import {
  AT_ONCE,
  events,
  handed,
  LEASE_MS,
  networkId,
  Room,
  SENT,
} from '../../conformance/lanes/room.ts';
import { type LanesOnRedis, startLanesOnRedis } from './lanes-on-redis.ts';

let server: LanesOnRedis;
beforeAll(async () => {
  server = await startLanesOnRedis();
});
afterAll(() => server.close());

/**
 * A link that breaks after the server has done what it was asked, as often as it is told to.
 * `breakOnce` may be given what happens meanwhile.
 */
function breaking(store: Store) {
  let breaks = 0;
  let meanwhile: (() => Promise<unknown>) | undefined;
  const script: Store['script'] = (lua) => {
    const sound = store.script(lua);
    return {
      run: async (partition, args) => {
        const answer = await sound.run(partition, args);
        if (breaks === 0) return answer;
        breaks -= 1;
        await meanwhile?.();
        throw new Error('Connection is closed.');
      },
    };
  };
  return {
    store: { ...store, script },
    breakOnce: (then?: () => Promise<unknown>) => {
      breaks += 1;
      meanwhile = then;
    },
  };
}

function roomOnBreakingLink() {
  const { store, breakOnce } = breaking(server.store);
  return { room: new Room(redisLaneStore(store)), breakOnce };
}

test('a push whose answer was lost has stored its message once', async () => {
  const { room, breakOnce } = roomOnBreakingLink();
  breakOnce();
  await room.push(room.lane(), 'a', 'b');
  expect(await room.sendAll()).toEqual(['a', 'b']);
});

test('a claim whose answer was lost gives the same entries again, not as interrupted', async () => {
  const { room, breakOnce } = roomOnBreakingLink();
  await room.push(room.lane('juliet'), 'a', 'b');
  await room.push(room.lane('nurse'), 'c');
  breakOnce();
  const { claims } = await room.claim();
  expect(claims.map(events).sort()).toEqual([['a', 'b'], ['c']]);
  for (const { entries } of claims) {
    expect(entries.map(({ interrupted, attempts }) => [interrupted, attempts])).toEqual(
      entries.map(() => [false, 1]),
    );
  }
  for (const claim of claims)
    await room.settled(
      claim,
      claim.entries.map(() => SENT),
    );
  expect((await room.claim()).claims).toEqual([]);
});

test('a claim whose answer was lost takes no more lanes than asked for', async () => {
  const { room, breakOnce } = roomOnBreakingLink();
  for (const peer of ['a', 'b', 'c', 'd']) await room.push(room.lane(peer), 'x');
  breakOnce();
  const { claims, more } = await room.claim({ lanes: 2 });
  expect(claims).toHaveLength(2);
  expect(more.length).toBeGreaterThan(0);
});

test('a settlement whose answer was lost is settled once, with the same next claim', async () => {
  const { room, breakOnce } = roomOnBreakingLink();
  await room.push(room.lane(), 'a', 'b', 'c');
  const claim = await room.one({ perLane: 1 });
  const report = room.entry(room.lane('juliet', 'inbound'), 'told');
  breakOnce();
  const { next } = await room.settled(claim, [SENT], { next: 1, reports: [report] });
  expect(next?.entries).toMatchObject([{ event: 'b', attempts: 1, interrupted: false }]);
  if (next === undefined) throw new Error('nothing was claimed');
  await room.settled(next, [SENT]);
  expect(await room.sendAll()).toEqual(['c']);
  const told = await room.one({ channel: `${room.transport}.i` });
  expect(events(told)).toEqual(['told']);
});

test('a settlement that gave its lane back was not fenced because its answer was lost', async () => {
  const { room, breakOnce } = roomOnBreakingLink();
  await room.push(room.lane(), 'a');
  const claim = await room.one();
  breakOnce();
  expect(await room.settle(claim, [SENT])).toMatchObject({ result: 'settled', next: undefined });
});

test('a settlement whose answer was lost tells what was confirmed before it', async () => {
  const { room, breakOnce } = roomOnBreakingLink();
  const [id] = await room.push(room.lane(), 'a', 'b');
  if (id === undefined) throw new Error('nothing was stored');
  const claim = await room.one();
  const news = { part: 0, networkId: networkId('n0'), state: 'delivered', reports: [] } as const;
  expect(await room.store.confirm({ id, ...news })).toBe('noted');
  breakOnce();
  const settled = await room.settled(claim, [handed(LEASE_MS, 'n0'), AT_ONCE]);
  expect(settled.confirmed).toEqual([id]);
});

test('a late holder is fenced, though it asks twice', async () => {
  const { room, breakOnce } = roomOnBreakingLink();
  await room.push(room.lane(), 'a');
  const late = await room.one({ leaseMs: 0 });
  await room.one({ holder: 'h2' });
  breakOnce();
  expect(await room.settle(late, [SENT])).toEqual({ result: 'fenced' });
});

test('what is refused after an answer was lost may be stored all the same', async () => {
  const { store, breakOnce } = breaking(server.store);
  const room = new Room(redisLaneStore(store));
  const limit = (bytes: string) => server.command('CONFIG', 'SET', 'maxmemory', bytes);
  breakOnce(() => limit('1mb'));
  const said = await room.store.push([room.entry(room.lane(), 'a')]).catch((error) => error);
  const refused = await room.store.push([room.entry(room.lane(), 'b')]).catch((error) => error);
  await limit('512mb');
  expect(said).toBeInstanceOf(UnansweredError);
  expect(refused).not.toBeInstanceOf(UnansweredError);
  expect(String(refused)).toMatch(/OOM/);
  expect(await room.sendAll()).toEqual(['a']);
});

test('messages keep their order though the call that stores the first has to be repeated', async () => {
  const { store, breakOnce } = breaking(server.store);
  const room = new Room(batched(redisLaneStore(store)));
  breakOnce();
  const first = room.push(room.lane(), 'a');
  // By then the call with the first is under way.
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([first, room.push(room.lane(), 'b'), room.push(room.lane(), 'c')]);
  expect(await room.sendAll()).toEqual(['a', 'b', 'c']);
});

test('while the server is down a caller is told so, and when it is back it is used again', async () => {
  const room = new Room(server.lanes);
  await room.push(room.lane(), 'a');
  await server.redis.kill('SIGKILL');
  const secret = room.entry(room.lane(), 'the body of a message');
  const failure = await room.store.push([secret]).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(UnansweredError);
  expect(inspect(failure, { depth: null })).not.toContain(secret.event);
  const pushed = (async () => {
    for (;;) {
      try {
        return await room.store.push([room.entry(room.lane(), 'b')]);
      } catch (error) {
        if (!(error instanceof UnansweredError)) throw error;
      }
    }
  })();
  await server.redis.restart();
  expect(await pushed).toEqual([{ result: 'stored' }]);
  expect(await room.sendAll()).toEqual(['a', 'b']);
});
