import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TransportId } from '../../../src/contract/index.ts';
import { openMark } from '../../../src/store/open-mark.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { type RedisPeer, startRedis } from '../../support/peers/redis.ts';

const NET = 'net' as TransportId;

let redis: RedisPeer;
let store: Store;

beforeAll(async () => {
  redis = await startRedis();
  store = openStore({ kind: 'url', url: `unix:${redis.socket}` });
});
afterAll(async () => {
  await store.close();
  await redis.stop();
});
beforeEach(() => store.client.flushall());

const markOf = (holder: string) => openMark(store, NET, holder);

describe('the mark of an open stream', () => {
  test('is found by the next process, unless it was removed', async () => {
    const [one, two] = [markOf('one'), markOf('two')];
    expect(await one.found()).toBeUndefined();
    await one.set(1_000);
    await one.set(2_000);
    expect(await two.found()).toBe(2_000);
    await one.remove();
    expect(await two.found()).toBeUndefined();
  });

  test('is not removed by whoever had the stream before', async () => {
    const [one, two] = [markOf('one'), markOf('two')];
    await one.set(1_000);
    await two.set(2_000);
    await one.remove();
    expect(await two.found()).toBe(2_000);
  });

  test('is none where something else stands in its place', async () => {
    await store.command('SET', store.partitionFor(NET), 'open:net', 'yes');
    expect(await markOf('one').found()).toBeUndefined();
    await markOf('one').remove();
  });
});
