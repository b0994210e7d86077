import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { watchMemory } from '../../../src/store/admission.ts';
import { watchEpoch } from '../../../src/store/epoch.ts';
import { checkStart, StartCheckError } from '../../../src/store/start-checks.ts';
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

const configure = (...pairs: string[]) => store.client.call('CONFIG', 'SET', ...pairs);

describe('the start checks', () => {
  test('pass a server that keeps what it acknowledges', async () => {
    expect(await checkStart(store, 'always')).toEqual([]);
  });

  test.each([
    ['appendonly', 'no'],
    ['appendfsync', 'everysec'],
    ['no-appendfsync-on-rewrite', 'yes'],
    ['maxmemory-policy', 'allkeys-lru'],
    ['maxmemory', '0'],
  ])('refuse %s %s, and say which line to change', async (name, value) => {
    await configure(name, value);
    const refused = await checkStart(store, 'always').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StartCheckError);
    const { problems } = refused as StartCheckError;
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`set "${name} `);
  });

  test('name all that is wrong at once', async () => {
    await configure('appendfsync', 'everysec', 'maxmemory', '0');
    await expect(checkStart(store, 'always')).rejects.toMatchObject({
      problems: [expect.stringContaining('maxmemory'), expect.stringContaining('appendfsync')],
    });
  });

  test('let the operator relax how soon it is on disk', async () => {
    await configure('appendfsync', 'everysec');
    expect(await checkStart(store, 'relaxed')).toEqual([]);
  });

  test('say what they could not check', async () => {
    await store.client.call('ACL', 'SETUSER', 'gw', 'on', '>pw', '~*', '&*', '+@all', '-config');
    await store.client.call('AUTH', 'gw', 'pw');
    expect(await checkStart(store, 'always')).toEqual([
      expect.stringContaining('appendfsync always'),
      expect.stringContaining('no-appendfsync-on-rewrite no'),
    ]);
  });

  test('wait for a server that is started together with us', async () => {
    await redis.kill('SIGKILL');
    const checked = checkStart(store, 'always');
    await redis.restart();
    expect(await checked).toEqual([]);
  });
});

describe('the admission', () => {
  /** Resolves with each change of the answer, in order. */
  function watched() {
    const changes: boolean[] = [];
    let look: () => void = () => undefined;
    const admission = watchMemory(store, (admits) => {
      changes.push(admits);
      look();
    });
    const until = async (count: number) => {
      while (changes.length < count) {
        await new Promise<void>((resolve) => {
          look = resolve;
        });
      }
      return changes;
    };
    return { admission, until };
  }

  async function fillTo(share: number): Promise<void> {
    const memory = await store.client.info('memory');
    const used = Number(/used_memory:(\d+)/.exec(memory)?.[1]);
    await configure('maxmemory', String(Math.round(used / share)));
  }

  test('ends at 75 % of the memory, and begins again below 65 %', async () => {
    const { admission, until } = watched();
    expect(admission.admits()).toBe(true);
    await fillTo(0.8);
    expect(await until(1)).toEqual([false]);
    expect(admission.admits()).toBe(false);
    await fillTo(0.5);
    expect(await until(2)).toEqual([false, true]);
    admission.stop();
  });

  test('follows a server that fills and empties, and changes nothing between the two', async () => {
    const limit = 16 * 1024 * 1024;
    await configure('maxmemory', String(limit));
    const { admission, until } = watched();
    const used = async () => {
      const memory = await store.client.info('memory');
      const size = (name: string) => Number(new RegExp(`${name}:(\\d+)`).exec(memory)?.[1]);
      return (size('used_memory') - size('mem_not_counted_for_evict')) / limit;
    };
    const piece = 'x'.repeat(64 * 1024);
    let pieces = 0;
    const fill = async (share: number) => {
      while ((await used()) < share) await store.client.set(`piece-${pieces++}`, piece);
      while ((await used()) > share) await store.client.del(`piece-${--pieces}`);
      await looked();
    };
    /** The watch has asked since, and, on the same connection, was answered before us. */
    const looked = async () => {
      await store.client.call('CONFIG', 'RESETSTAT');
      for (let own = 0; ; own++) {
        const statistics = await store.client.info('commandstats');
        const all = Number(/cmdstat_info:calls=(\d+)/.exec(statistics)?.[1] ?? 0);
        if (all > own) return await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await fill(0.7);
    expect(admission.admits()).toBe(true);
    await fill(0.77);
    expect(await until(1)).toEqual([false]);
    await fill(0.7);
    expect(admission.admits()).toBe(false);
    await fill(0.62);
    expect(await until(2)).toEqual([false, true]);
    admission.stop();
  });

  test('ends while Redis does not answer', async () => {
    const { admission, until } = watched();
    redis.signal('SIGSTOP');
    expect(await until(1)).toEqual([false]);
    redis.signal('SIGCONT');
    expect(await until(2)).toEqual([false, true]);
    admission.stop();
  });
});

describe('the epoch', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'postern-epoch-'));
    file = join(directory, 'epoch');
  });

  afterEach(() => rm(directory, { recursive: true }));

  const start = async () => {
    const alarms: string[] = [];
    let ring: () => void = () => undefined;
    const rung = new Promise<void>((resolve) => {
      ring = resolve;
    });
    const damages: string[] = [];
    const watch = await watchEpoch(store, file, {
      async onWiped(text) {
        alarms.push(text);
        ring();
      },
      onDamaged: (text) => damages.push(text),
    });
    return { alarms, damages, rung, watch };
  };

  test('is given at the first start, and found at the next', async () => {
    const first = await start();
    await first.watch.stop();
    const next = await start();
    await next.watch.stop();
    expect([...first.alarms, ...next.alarms]).toEqual([]);
    expect((await readFile(file, 'utf8')).trim()).toBe(await store.command('GET', 0, 'epoch'));
  });

  test('raises an alarm when the data is wiped while we run, and goes on with a new one', async () => {
    const { alarms, rung, watch } = await start();
    await store.client.call('FLUSHALL');
    await rung;
    await watch.stop();
    expect(alarms).toEqual([expect.stringContaining('has lost its data')]);
    expect(typeof (await store.command('GET', 0, 'epoch'))).toBe('string');
  });

  test('raises an alarm at the start over another Redis', async () => {
    await writeFile(file, `${randomUUID()}\n`);
    const { alarms, damages, watch } = await start();
    await watch.stop();
    expect(alarms).toHaveLength(1);
    expect(damages).toEqual([]);
  });

  test.each(['garbage\n', '', '\0'.repeat(37)])(
    'is written anew over %j: no alarm, the file is named',
    async (text) => {
      await (await start()).watch.stop();
      await writeFile(file, text);
      const damaged = await start();
      await damaged.watch.stop();
      expect(damaged).toMatchObject({ alarms: [], damages: [expect.stringContaining(file)] });
      const next = await start();
      await next.watch.stop();
      expect(next).toMatchObject({ alarms: [], damages: [] });
      expect((await readFile(file, 'utf8')).trim()).toBe(await store.command('GET', 0, 'epoch'));
    },
  );

  test('raises an alarm over an empty Redis also where the file is damaged', async () => {
    await (await start()).watch.stop();
    await writeFile(file, 'garbage\n');
    await store.client.call('FLUSHALL');
    const { alarms, damages, watch } = await start();
    await watch.stop();
    expect([alarms.length, damages.length]).toEqual([1, 1]);
  });
});
