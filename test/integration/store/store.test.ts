import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore, type Store } from '../../../src/store/store.ts';
import { type RedisPeer, startRedis } from '../../support/peers/redis.ts';

let redis: RedisPeer;
let store: Store;

beforeEach(async () => {
  redis = await startRedis();
  store = openStore({ kind: 'url', url: `unix:${redis.socket}` });
});

afterEach(async () => {
  redis.signal('SIGCONT');
  await store.close();
  await redis.stop();
});

const set = (key: string, value: string) => store.command('SET', 0, key, value);
const get = (key: string) => store.command('GET', 0, key);

/** Repeats what fails while there is no server, as every caller of the store does. */
async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch {
      // Each vain ask lasts until the next attempt to connect: this does not spin.
    }
  }
}

describe('the link to Redis', () => {
  test('a stopped server rejects what waits, and is used again when it goes on', async () => {
    await set('a', '1');
    redis.signal('SIGSTOP');
    const waiting = await Promise.allSettled([set('b', '1'), get('a')]);
    expect(waiting.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    redis.signal('SIGCONT');
    expect(await untilAnswered(() => get('a'))).toBe('1');
  });

  test('a killed server fails what is under way at once, and is found again after its restart', async () => {
    await set('a', '1');
    redis.signal('SIGSTOP');
    const underWay = set('b', '1');
    const failed = expect(underWay).rejects.toThrow();
    await redis.kill('SIGKILL');
    await failed;
    await expect(set('c', '1')).rejects.toThrow();
    await redis.restart();
    expect(await untilAnswered(() => get('a'))).toBe('1');
  });

  test('a command that failed with its link is not sent again behind the back of its caller', async () => {
    await set('a', '1');
    redis.signal('SIGSTOP');
    const underWay = Array.from({ length: 100 }, () => store.command('INCR', 0, 'count'));
    const ends = Promise.allSettled(underWay);
    await redis.kill('SIGKILL');
    expect(new Set((await ends).map(({ status }) => status))).toEqual(new Set(['rejected']));
    await redis.restart();
    expect(await untilAnswered(() => get('count'))).toBeNull();
  });

  test('a script is sent again in full to a server that has forgotten it', async () => {
    const script = store.script(`return KEYS[1] .. ' ' .. ARGV[1]`);
    expect(await script.run(7, ['x'])).toBe('pst:{p07} x');
    await store.client.script('FLUSH');
    expect(await script.run(63, ['y'])).toBe('pst:{p63} y');
  });
});

test('a primary that became a replica is left, and found again when it is one no more', async () => {
  await set('a', '1');
  const other = openStore({ kind: 'url', url: `unix:${redis.socket}` });
  await other.client.call('REPLICAOF', '127.0.0.1', '1');
  await expect(set('a', '2')).rejects.toThrow(/READONLY/);
  await untilAnswered(() => other.client.call('REPLICAOF', 'NO', 'ONE'));
  expect(await untilAnswered(() => set('a', '3'))).toBe('OK');
  await other.close();
});
