import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TransportId } from '../../../src/contract/index.ts';
import { holdLease, type Lease } from '../../../src/store/lease.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { type RedisPeer, startRedis } from '../../support/peers/redis.ts';

const NET = 'net' as TransportId;

let redis: RedisPeer;
let store: Store;
let leases: Lease[];

beforeEach(async () => {
  redis = await startRedis();
  store = openStore({ kind: 'url', url: `unix:${redis.socket}` });
  leases = [];
});

afterEach(async () => {
  redis.signal('SIGCONT');
  await Promise.all(leases.map((lease) => lease.release().catch(() => undefined)));
  await store.close();
  await redis.stop();
});

function lease(holder: string, ttlMs = 30_000, onLost: () => void = () => undefined): Lease {
  const held = holdLease(store, NET, holder, { ttlMs, onLost });
  leases.push(held);
  return held;
}

/** Asks until it is free. */
async function acquired(wanted: Lease): Promise<number> {
  for (;;) {
    const token = await wanted.tryAcquire();
    if (token !== undefined) return token;
  }
}

const remainingMs = () => store.command('PTTL', store.partitionFor(NET), 'lease:net');

describe('a lease', () => {
  test('has one holder, and greater tokens from one to the next', async () => {
    const [one, two] = [lease('one'), lease('two')];
    const first = await acquired(one);
    expect([await two.tryAcquire(), one.held, two.held]).toEqual([undefined, true, false]);
    await one.release();
    expect(one.held).toBe(false);
    expect(await acquired(two)).toBeGreaterThan(first);
    // What comes late from a former holder changes nothing.
    await one.release();
    expect(await one.tryAcquire()).toBeUndefined();
  });

  test("that the store forgot too early is its holder's still, if nobody has taken it", async () => {
    let losses = 0;
    const one = lease('one', 3_000, () => {
      losses += 1;
    });
    await acquired(one);
    // As when its clock is set ahead.
    await store.command('DEL', store.partitionFor(NET), 'lease:net');
    while (Number(await remainingMs()) < 0);
    expect([one.held, losses, await lease('two').tryAcquire()]).toEqual([true, 0, undefined]);
  });

  test('is renewed while its holder lives', async () => {
    const [one, two] = [lease('one', 3_000), lease('two', 3_000)];
    await acquired(one);
    let left = Number(await remainingMs());
    // Each comes after a third of its life. Another may ask meanwhile as often as it likes.
    for (let renewals = 0; renewals < 4; ) {
      expect(await two.tryAcquire()).toBeUndefined();
      const now = Number(await remainingMs());
      if (now > left) renewals += 1;
      left = now;
    }
    expect(one.held).toBe(true);
  });

  test('is lost, once, when it was taken from its holder', async () => {
    let losses = 0;
    const lost = new Promise<void>((resolve) => {
      const one = lease('one', 300, () => {
        losses += 1;
        resolve();
      });
      // One that has only run out is taken again; this is somebody else's.
      const theirs = ['lease:net', '1000 another', 'PX', 300] as const;
      void acquired(one).then(() => store.command('SET', store.partitionFor(NET), ...theirs));
    });
    await lost;
    const two = lease('two', 300);
    await acquired(two);
    expect([losses, leases[0]?.held, two.held]).toEqual([1, false, true]);
  });

  test('is lost before its end while Redis does not answer', async () => {
    const lost = new Promise<void>((resolve) => {
      const one = lease('one', 600, resolve);
      void acquired(one).then(() => redis.signal('SIGSTOP'));
    });
    await lost;
    redis.signal('SIGCONT');
    expect(leases[0]?.held).toBe(false);
  });

  test('of a process that was paused is held no more at the moment it wakes', async () => {
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('./lease-holder.ts', import.meta.url)), redis.socket],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const says = async () => (await lines.next()).value;
    expect(await says()).toBe('true');
    child.kill('SIGUSR2');
    expect(await says()).toBe('held');
    child.kill('SIGSTOP');
    await acquired(lease('one', 30_000));
    // Delivered before anything else when it goes on.
    child.kill('SIGUSR2');
    child.kill('SIGCONT');
    expect([await says(), await says()].sort()).toEqual(['lost', 'not held']);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
});
