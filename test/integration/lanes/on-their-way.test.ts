import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Claimed } from '../../../src/lanes/lane-store.ts';
import { redisLaneStore } from '../../../src/lanes/redis/redis-lane-store.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { events, Room, SENT } from '../../conformance/lanes/room.ts';
import { type LanesOnRedis, startLanesOnRedis } from './lanes-on-redis.ts';

let server: LanesOnRedis;
let room: Room;

beforeEach(async () => {
  server = await startLanesOnRedis();
  room = new Room(server.lanes);
});

afterEach(async () => {
  server.redis.signal('SIGCONT');
  await server.close();
});

/** What every claim has found that was asked for when the entries were on their way. */
async function foundAtOnce(on: Room, ...texts: readonly string[]): Promise<string[]> {
  const claims: Promise<Claimed>[] = [];
  const entries = texts.map((text) => on.entry(on.lane(), text));
  await on.store.push(entries, () => claims.push(on.claim()));
  return (await Promise.all(claims)).flatMap((claimed) => claimed.claims.flatMap(events));
}

test('a server that has forgotten how to store, and not how to claim, hides nothing', async () => {
  await room.push(room.lane(), 'before');
  expect(await room.sendAll()).toEqual(['before']);
  await server.store.client.script('FLUSH');
  await room.claim();
  expect(await foundAtOnce(room, 'a')).toEqual(['a']);
});

test('what is stored at the second attempt is found by whoever was told of both', async () => {
  let breaks = 1;
  const breaking: Store = {
    ...server.store,
    script: (lua) => {
      const sound = server.store.script(lua);
      return {
        run: async (partition, args, sent) => {
          // Lost on its way to the server.
          if (sent === undefined || breaks-- <= 0) return await sound.run(partition, args, sent);
          sent();
          throw new Error('Connection is closed.');
        },
      };
    },
  };
  expect(await foundAtOnce(new Room(redisLaneStore(breaking)), 'a')).toEqual(['a']);
});

test('a message and the claim behind it are one read for the server, and so one flush', async () => {
  // Both scripts are known then.
  expect(await foundAtOnce(new Room(server.lanes), 'warm')).toEqual(['warm']);
  const before = await reads();
  for (let i = 0; i < 50; i++)
    expect(await foundAtOnce(new Room(server.lanes), 'a')).toEqual(['a']);
  // The question itself is one, too.
  expect((await reads()) - before).toBe(50 + 1);
});

test('a process that dies with both on their way has lost nothing, and sent nothing blindly', async () => {
  await room.claim();
  const dying = openStore({ kind: 'url', url: `unix:${server.redis.socket}` });
  const own = new Room(redisLaneStore(dying));
  // Both scripts are known, and the link is there.
  await own.push(own.lane('nurse'), 'before');
  await own.settled(await own.one(), [SENT]);
  server.redis.signal('SIGSTOP');
  const entry = own.entry(own.lane(), 'a');
  const claims: Promise<unknown>[] = [];
  const pushed = own.store.push([entry], () => {
    claims.push(own.claim({ holder: 'dead', leaseMs: 1 }));
  });
  const answers = Promise.allSettled([pushed, ...claims]);
  await new Promise((written) => setImmediate(written));
  dying.client.disconnect();
  server.redis.signal('SIGCONT');
  const heir = new Room(server.lanes);
  let claimed = await heir.claim({ channel: own.channel });
  while (claimed.claims.length === 0) claimed = await heir.claim({ channel: own.channel });
  expect(claimed.claims.flatMap(({ entries }) => entries)).toMatchObject([
    { id: entry.id, event: 'a', interrupted: true, crashes: 1, attempts: 1 },
  ]);
  await answers;
});

/** How often the server has read from any link. */
async function reads(): Promise<number> {
  const [, count] =
    /total_reads_processed:(\d+)/.exec(await server.store.client.info('stats')) ?? [];
  return Number(count);
}
