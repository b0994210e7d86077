import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startDrain } from '../../../src/lanes/drain.ts';
import type { LaneStore } from '../../../src/lanes/lane-store.ts';
import { noWake } from '../../../src/lanes/no-wake.ts';
import { redisLaneStore } from '../../../src/lanes/redis/redis-lane-store.ts';
import type { Drain } from '../../../src/lanes/serving.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { type RedisPeer, startRedis } from '../../support/peers/redis.ts';
import { CHANNEL, ended, entry, lane, push, RecordingServer } from '../../support/served-lanes.ts';

let redis: RedisPeer;
let store: Store;
let lanes: LaneStore;
let drains: Drain[];
let children: ChildProcess[];

beforeEach(async () => {
  redis = await startRedis();
  store = openStore({ kind: 'url', url: `unix:${redis.socket}` });
  lanes = redisLaneStore(store);
  drains = [];
  children = [];
});

afterEach(async () => {
  redis.signal('SIGCONT');
  for (const child of children) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  await Promise.all(drains.map((drain) => drain.stop(0)));
  await store.close();
  await redis.stop();
});

function drain(server: RecordingServer, sweepMs: number, concurrency = 16): Drain {
  const started = startDrain({
    ...{ channel: CHANNEL, store: lanes, server, holder: 'here', concurrency, perLane: 1 },
    ...{ wake: noWake, sweepMs, onError: () => undefined },
  });
  drains.push(started);
  return started;
}

function drainer(holder: string, leaseMs: number) {
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('./drainer.ts', import.meta.url)),
      redis.socket,
      holder,
      String(leaseMs),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, says: async (): Promise<unknown> => (await lines.next()).value };
}

describe('a drain over Redis', () => {
  test('that was paused past its lease stores nothing of what it did', async () => {
    await push(lanes, 'slow', 0, 1);
    const paused = drainer('paused', 600);
    expect(await paused.says()).toBe('serving');
    paused.child.kill('SIGSTOP');
    const seen: unknown[] = [];
    const successor = new RecordingServer((entries) => {
      seen.push(...entries.map(({ interrupted, attempts }) => ({ interrupted, attempts })));
      return ended(entries);
    });
    drain(successor, 50);
    await successor.until(() => successor.stored.length === 1);
    paused.child.stdin.write('go on\n');
    paused.child.kill('SIGCONT');
    expect(await paused.says()).toBe('live false');
    expect(await paused.says()).toBe('stored 0');
    expect(seen).toEqual([{ interrupted: true, attempts: 1 }]);
  });

  test('learns how often a message has killed its process', async () => {
    await push(lanes, 'poison', 0, 1);
    await push(lanes, 'good', 0, 1);
    const said: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      const victim = drainer(`victim-${i}`, 300);
      said.push(await victim.says());
      if (i < 3) await once(victim.child, 'exit');
    }
    expect(said).toEqual(['crashes 0', 'crashes 1', 'crashes 2', 'crashes 3']);
  });

  test('lets no lane wait for one in which 10,000 do', async () => {
    for (let i = 0; i < 10_000; i += 1_000) await push(lanes, 'hot', i, i + 1_000);
    const server = new RecordingServer();
    const started = drain(server, 3_600_000, 2);
    await server.until(() => server.stored.length >= 10);
    for (let i = 0; i < 10; i++) {
      await push(lanes, `other-${i}`, 0, 1);
      const before = server.events.length;
      for (let partition = 0; partition < 64; partition++) started.nudge(partition);
      await server.until(() => server.stored.includes(`other-${i} 0`));
      expect(server.events.length - before).toBeLessThan(200);
    }
  });

  test('takes from one partition after the other, however much waits in each', async () => {
    const all = Array.from({ length: 300 }, (_, i) => lane(`peer-${i}`));
    await lanes.push(all.map((each) => entry(each, `in ${each.partition}`)));
    const server = new RecordingServer();
    drain(server, 60_000, 1);
    await server.until(() => server.stored.length === all.length);
    const partitions = new Set(all.map(({ partition }) => partition)).size;
    expect(new Set(server.stored.slice(0, partitions)).size).toBe(partitions);
  });

  test('goes on by itself when Redis was killed and is back', async () => {
    await push(lanes, 'a', 0, 300);
    const server = new RecordingServer();
    drain(server, 100);
    await server.until(() => server.stored.length >= 50);
    await redis.kill('SIGKILL');
    await redis.restart();
    await server.until(() => server.stored.at(-1) === 'a 299');
    const once = server.stored.filter((event, i) => event !== server.stored[i - 1]);
    expect(once.slice(-200)).toEqual(Array.from({ length: 200 }, (_, i) => `a ${100 + i}`));
  });
});
