import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startDrain } from '../../../src/lanes/drain.ts';
import type { LaneStore } from '../../../src/lanes/lane-store.ts';
import { redisLaneStore } from '../../../src/lanes/redis/redis-lane-store.ts';
import type { Drain, Wake } from '../../../src/lanes/serving.ts';
import { openWake } from '../../../src/lanes/wake.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { type RedisPeer, startRedis } from '../../support/peers/redis.ts';
import { CHANNEL, ended, lane, push, RecordingServer } from '../../support/served-lanes.ts';

let redis: RedisPeer;
let store: Store;
let lanes: LaneStore;
let wakes: Wake[];
let drains: Drain[];

beforeEach(async () => {
  redis = await startRedis();
  store = openStore({ kind: 'url', url: `unix:${redis.socket}` });
  lanes = redisLaneStore(store);
  wakes = [];
  drains = [];
});

afterEach(async () => {
  await Promise.all(drains.map((drain) => drain.stop(0)));
  await Promise.all(wakes.map((wake) => wake.close()));
  await store.close();
  await redis.stop();
});

function wake(onError: (error: unknown) => void = () => undefined): Wake {
  const opened = openWake(store, onError);
  wakes.push(opened);
  return opened;
}

function drain(server: RecordingServer, sweepMs: number, over: Wake): Drain {
  const started = startDrain({
    ...{ channel: CHANNEL, store: lanes, server, holder: 'one', concurrency: 16, perLane: 4 },
    ...{ wake: over, sweepMs, onError: () => undefined },
  });
  drains.push(started);
  return started;
}

/** The partitions that a listener was woken for, as they come. */
function listened(at: Wake) {
  const heard: number[] = [];
  let look: () => void = () => undefined;
  const stop = at.listen(CHANNEL, (partition) => {
    heard.push(partition);
    look();
  });
  const until = async (holds: () => boolean) => {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        look = resolve;
      });
    }
  };
  return { heard, stop, until };
}

async function deleteWakeKeys(): Promise<number> {
  const keys = await store.client.keys('{pst-wake}*');
  return keys.length === 0 ? 0 : await store.client.del(...keys);
}

describe('a wake-up call', () => {
  test('reaches another process, at once or after its time', async () => {
    const { heard, until } = listened(wake());
    const caller = wake();
    caller.schedule(CHANNEL, 7, 0);
    caller.schedule(CHANNEL, 8, 300);
    caller.schedule(CHANNEL, 9, 50);
    await until(() => heard.length === 3);
    expect(heard).toEqual([7, 9, 8]);
  });

  test('for now is not swallowed by one for later', async () => {
    const { heard, until } = listened(wake());
    const caller = wake();
    caller.schedule(CHANNEL, 7, 60_000);
    caller.schedule(CHANNEL, 7, 0);
    await until(() => heard.length === 1);
    expect(heard).toEqual([7]);
  });

  test('is made again though the one before it is heard before it is known to be made', async () => {
    const caller = wake();
    let calls = 0;
    const all = new Promise<void>((resolve) => {
      wake().listen(CHANNEL, (partition) => {
        calls += 1;
        if (calls < 200) caller.schedule(CHANNEL, partition, 0);
        else resolve();
      });
    });
    caller.schedule(CHANNEL, 7, 0);
    await all;
  });

  test('of a process that ends right after it is made all the same', async () => {
    const { heard, until } = listened(wake());
    const caller = wake();
    caller.schedule(CHANNEL, 7, 0);
    caller.schedule(CHANNEL, 8, 0);
    await caller.close();
    await until(() => heard.length === 2);
  });

  test('leaves little behind, however often one calls', async () => {
    const caller = wake();
    for (let i = 0; i < 10_000; i++) caller.schedule(CHANNEL, i % 4, (i % 100) * 1_000);
    const { heard, until } = listened(wake());
    await until(() => new Set(heard).size === 4);
    expect((await store.client.keys('{pst-wake}*')).length).toBeLessThan(100);
  });

  test('does not go to a listener that has stopped', async () => {
    const former = listened(wake());
    const caller = wake();
    caller.schedule(CHANNEL, 1, 0);
    await former.until(() => former.heard.length === 1);
    former.stop();
    const next = listened(wake());
    for (let i = 0; i < 20; i++) caller.schedule(CHANNEL, i, 0);
    await next.until(() => new Set(next.heard).size === 20);
  });

  test('has a drain serve what another process has stored', async () => {
    const server = new RecordingServer();
    await push(lanes, 'first', 0, 1);
    drain(server, 3_600_000, wake());
    await server.until(() => server.stored.length === 1);
    await push(lanes, 'second', 0, 1);
    wake().schedule(CHANNEL, lane('second').partition, 0);
    await server.until(() => server.stored.length === 2);
  });

  test('that can not be made is told once, and thrown never', async () => {
    const errors: unknown[] = [];
    const told = new Promise<void>((resolve) => {
      const caller = wake((error) => {
        errors.push(error);
        resolve();
      });
      redis.kill('SIGKILL').then(() => {
        for (let i = 0; i < 1_000; i++) caller.schedule(CHANNEL, i % 64, 0);
      }, resolve);
    });
    await told;
    await redis.restart();
    expect(errors).toHaveLength(1);
  });
});

test('whoever deletes the keys of the wake-up calls under traffic loses and reorders nothing', async () => {
  const peers = Array.from({ length: 20 }, (_, i) => `peer-${i}`);
  const over = wake();
  // Every fifth message is tried a second time, so that there is something to be woken for.
  const server = new RecordingServer((entries) => {
    const [head] = entries;
    return head?.attempts === 1 && head.event.endsWith('5')
      ? { settlements: [{ kind: 'later', afterMs: 20 }], reports: [] }
      : ended(entries);
  });
  const started = drain(server, 100, over);
  let deleted = 0;
  for (let round = 0; round < 20; round++) {
    for (const peer of peers) await push(lanes, peer, round * 5, round * 5 + 5);
    for (const peer of peers) over.schedule(CHANNEL, lane(peer).partition, 0);
    if (round % 2 === 0) started.nudge(lane(peers[round] ?? '').partition);
    deleted += await deleteWakeKeys();
  }
  await server.until(() => new Set(server.stored).size === 2_000);
  expect(deleted).toBeGreaterThan(0);
  for (const peer of peers) {
    const events = server.stored.filter((event) => event.startsWith(`${peer} `));
    const once = events.filter((event, i) => event !== events[i - 1]);
    expect(once).toEqual(Array.from({ length: 100 }, (_, i) => `${peer} ${i}`));
  }
});
