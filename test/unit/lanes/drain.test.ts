import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { startDrain } from '../../../src/lanes/drain.ts';
import type { LaneStore } from '../../../src/lanes/lane-store.ts';
import { memoryLaneStore } from '../../../src/lanes/memory/memory-lane-store.ts';
import { noWake } from '../../../src/lanes/no-wake.ts';
import type { Drain, DrainOptions, LaneServer } from '../../../src/lanes/serving.ts';
import { CHANNEL, ended, lane, push, RecordingServer } from '../../support/served-lanes.ts';

/** No sweep within a test: what is served was nudged, or fell due. */
const NEVER = 3_600_000;
const drains: Drain[] = [];

function drain(store: LaneStore, server: LaneServer, options: Partial<DrainOptions> = {}) {
  const started = startDrain({
    ...{ channel: CHANNEL, store, server, holder: 'one', concurrency: 8, perLane: 4 },
    ...{ wake: noWake, sweepMs: NEVER, onError: () => undefined },
    ...options,
  });
  drains.push(started);
  return started;
}

afterEach(async () => {
  await Promise.all(drains.splice(0).map((started) => started.stop(0)));
});

const range = (peer: string, from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `${peer} ${from + i}`);

describe('a drain', () => {
  test('serves what waits at its start, each lane in its order', async () => {
    const store = memoryLaneStore();
    const peers = Array.from({ length: 50 }, (_, i) => `peer-${i}`);
    for (const peer of peers) await push(store, peer, 0, 20);
    const server = new RecordingServer();
    drain(store, server);
    await server.until(() => server.stored.length === 1_000);
    for (const peer of peers) {
      expect(server.stored.filter((event) => event.startsWith(`${peer} `))).toEqual(
        range(peer, 0, 20),
      );
    }
    expect(server.most).toBe(8);
  });

  test('serves what it is nudged for', async () => {
    const store = memoryLaneStore();
    await push(store, 'first', 0, 1);
    const server = new RecordingServer();
    const started = drain(store, server);
    await server.until(() => server.stored.length === 1);
    await push(store, 'second', 0, 1);
    started.nudge(lane('second').partition);
    await server.until(() => server.stored.length === 2);
  });

  test('nudged at once, asks in the same breath, and once for all', async () => {
    const store = memoryLaneStore();
    const asked: number[][] = [];
    const watched: LaneStore = {
      ...store,
      claim: (request) => {
        asked.push([...request.partitions]);
        return store.claim(request);
      },
    };
    const server = new RecordingServer();
    const started = drain(watched, server);
    await new Promise((done) => setImmediate(done));
    expect(asked.splice(0)).toHaveLength(1);
    const peers = ['first', 'second'];
    for (const peer of peers) await push(store, peer, 0, 1);
    for (const peer of peers) started.nudgeAtOnce(lane(peer).partition);
    // No turn of the event loop: only what follows at once.
    await Promise.resolve();
    expect(asked).toEqual([peers.map((peer) => lane(peer).partition)]);
    await server.until(() => server.stored.length === 2);
  });

  test('finds by its sweep what nobody nudged it for', async () => {
    const store = memoryLaneStore();
    await push(store, 'first', 0, 1);
    const server = new RecordingServer();
    drain(store, server, { sweepMs: 20 });
    await server.until(() => server.stored.length === 1);
    await push(store, 'second', 0, 1);
    await server.until(() => server.stored.length === 2);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'takes no wait of %d ms from a server: its lane is due again within a minute',
    async (afterMs) => {
      let now = 0;
      const store = memoryLaneStore({ now: () => now });
      await push(store, 'a', 0, 1);
      let served: () => void = () => undefined;
      const settled = new Promise<void>((resolve) => {
        served = resolve;
      });
      const server = new RecordingServer(() => ({
        settlements: [{ kind: 'unknown', afterMs }],
        reports: [],
      }));
      drain(store, { serve: (...turn) => server.serve(...turn), settled: () => served() });
      await settled;
      now = 60_000;
      const request = { channel: CHANNEL, holder: 'two', leaseMs: 1, lanes: 1, perLane: 1 };
      const partitions = [lane('a').partition];
      expect((await store.claim({ ...request, partitions })).claims).toHaveLength(1);
    },
  );

  test('comes back to what is to be tried later, and lets nothing overtake it', async () => {
    const store = memoryLaneStore();
    await push(store, 'a', 0, 3);
    const server = new RecordingServer((entries) =>
      entries[0]?.attempts === 1 && entries[0].event === 'a 0'
        ? { settlements: [{ kind: 'later', afterMs: 30 }], reports: [] }
        : ended(entries),
    );
    drain(store, server, { perLane: 1 });
    await server.until(() => server.events.length === 4);
    expect(server.events).toEqual(['a 0', 'a 0', 'a 1', 'a 2']);
  });

  test('gives others their turn, however much waits in one lane', async () => {
    const store = memoryLaneStore();
    await push(store, 'hot', 0, 10_000);
    await push(store, 'other', 0, 1);
    await push(store, 'another', 0, 1);
    const server = new RecordingServer();
    drain(store, server, { concurrency: 1, perLane: 1 });
    await server.until(() => ['other 0', 'another 0'].every((it) => server.events.includes(it)));
    expect(server.events.length).toBeLessThan(30);
  });

  test('stays with a busy lane while no other waits', async () => {
    const store = memoryLaneStore();
    let claims = 0;
    const counting: LaneStore = {
      ...store,
      claim: (request) => {
        claims += 1;
        return store.claim(request);
      },
    };
    await push(store, 'busy', 0, 1_000);
    const server = new RecordingServer();
    drain(counting, server, { perLane: 1 });
    await server.until(() => server.stored.length === 1_000);
    expect(claims).toBeLessThan(10);
  });

  test('serves nothing during a pause, and goes on when it is ended', async () => {
    const store = memoryLaneStore();
    await push(store, 'a', 0, 100);
    const server = new RecordingServer((entries) => ({ ...ended(entries), pauseMs: NEVER }));
    const started = drain(store, server, { concurrency: 1, perLane: 1 });
    await server.until(() => server.stored.length === 1);
    expect(await store.pauseOf(CHANNEL)).toBeGreaterThan(NEVER / 2);
    started.pause(1);
    started.pause(0);
    await server.until(() => server.stored.length === 2);
    expect(server.events).toEqual(range('a', 0, 2));
  });

  test('tells of a server that throws, and has its message looked at as after a crash', async () => {
    const store = memoryLaneStore();
    await push(store, 'poison', 0, 1);
    await push(store, 'good', 0, 1);
    const seen: unknown[] = [];
    const errors: unknown[] = [];
    const server = new RecordingServer(async (entries, turn) => {
      const [head] = entries;
      if (head?.event === 'poison 0') {
        seen.push([head.interrupted, head.crashes]);
        if (head.interrupted) await turn.reopen(head.id);
        if (head.crashes < 3) throw new Error('poison');
      }
      return ended(entries);
    });
    drain(store, server, { leaseMs: 60, onError: (error) => errors.push(error) });
    await server.until(() => server.stored.includes('poison 0'));
    expect(seen).toEqual([
      [false, 0],
      [true, 1],
      [true, 2],
      [true, 3],
    ]);
    expect(server.stored).toContain('good 0');
    expect(errors).toEqual([new Error('poison')]);
  });

  test('ends a turn at two thirds of the lease, and stores nothing once another holds the lane', async () => {
    const store = memoryLaneStore();
    await push(store, 'slow', 0, 1);
    let takenOver: () => void = () => undefined;
    const takeover = new Promise<void>((resolve) => {
      takenOver = resolve;
    });
    const alive: boolean[] = [];
    const late = new RecordingServer(async (entries, turn) => {
      alive.push(turn.live());
      await once(turn.signal, 'abort');
      await takeover;
      alive.push(turn.live());
      return ended(entries);
    });
    const first = drain(store, late, { holder: 'first', leaseMs: 90, concurrency: 1 });
    await late.until(() => late.events.length === 1);
    const successor = new RecordingServer((entries) => {
      takenOver();
      return ended(entries);
    });
    drain(store, successor, { holder: 'second', sweepMs: 10 });
    await successor.until(() => successor.stored.length === 1);
    await first.stop(NEVER);
    expect(alive).toEqual([true, false]);
    expect(late.stored).toEqual([]);
  });

  test('keeps one signal for many turns', async () => {
    const store = memoryLaneStore();
    for (let i = 0; i < 200; i++) await push(store, `peer-${i}`, 0, 10);
    const signals = new Set<AbortSignal>();
    const server = new RecordingServer((entries, turn) => {
      signals.add(turn.signal);
      return ended(entries);
    });
    drain(store, server, { perLane: 1 });
    await server.until(() => server.stored.length === 2_000);
    expect(signals.size).toBeLessThan(20);
  });
});

describe('a drain that is stopped', () => {
  test('waits for its turns, and begins no other', async () => {
    const store = memoryLaneStore();
    await push(store, 'a', 0, 10);
    let goOn: () => void = () => undefined;
    const server = new RecordingServer(async (entries) => {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return ended(entries);
    });
    const started = drain(store, server, { perLane: 1 });
    await server.until(() => server.events.length === 1);
    const stopped = started.stop(NEVER);
    goOn();
    await stopped;
    expect(server.stored).toEqual(['a 0']);
    const successor = new RecordingServer();
    drain(store, successor, { holder: 'two' });
    await successor.until(() => successor.stored.length === 9);
    expect(successor.stored).toEqual(range('a', 1, 10));
  });

  test('gives back untouched what an answer brings afterwards', async () => {
    const store = memoryLaneStore();
    const [message] = await push(store, 'a', 0, 1);
    let claimed: () => void = () => undefined;
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      claimed = resolve;
    });
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const slow: LaneStore = {
      ...store,
      claim: async (request) => {
        const result = await store.claim(request);
        claimed();
        await answered;
        return result;
      },
    };
    const server = new RecordingServer();
    const started = drain(slow, server);
    await asked;
    const stopped = started.stop(NEVER);
    answer();
    await stopped;
    expect(server.events).toEqual([]);
    expect(message && (await store.read(message.id))).toMatchObject({
      ...{ state: 'waiting', attempts: 0, crashes: 0 },
    });
  });

  test('aborts after its cap what has not ended', async () => {
    const store = memoryLaneStore();
    await push(store, 'a', 0, 1);
    let aborted: Promise<unknown> = Promise.resolve();
    let live: () => boolean = () => true;
    const server = new RecordingServer(async (entries, turn) => {
      live = turn.live;
      aborted = once(turn.signal, 'abort');
      await aborted;
      return ended(entries);
    });
    const started = drain(store, server);
    await server.until(() => server.events.length === 1);
    await started.stop(1);
    await aborted;
    expect(live()).toBe(false);
  });
});

describe('a drain whose store fails', () => {
  test('asks again, and tells so once', async () => {
    const store = memoryLaneStore();
    await push(store, 'a', 0, 1);
    let failures = 0;
    const failing: LaneStore = {
      ...store,
      claim: async (request) => {
        if (failures++ < 3) throw new Error('gone');
        return store.claim(request);
      },
    };
    const errors: unknown[] = [];
    const server = new RecordingServer();
    drain(failing, server, { onError: (error) => errors.push(error) });
    await server.until(() => server.stored.length === 1);
    expect(errors).toEqual([new Error('gone')]);
  });

  test('stores what became of a claim when it can, and serves nothing twice', async () => {
    const store = memoryLaneStore();
    await push(store, 'a', 0, 10);
    let calls = 0;
    const failing: LaneStore = {
      ...store,
      settle: async (requests) => {
        if (calls++ % 2 === 0) throw new Error('gone');
        return store.settle(requests);
      },
    };
    const server = new RecordingServer();
    drain(failing, server);
    await server.until(() => server.stored.length === 10);
    expect(server.events).toEqual(range('a', 0, 10));
  });
});
