import { afterAll, beforeAll, beforeEach } from 'vitest';
import { openStore, type Store } from '../../src/store/store.ts';
import { type RedisPeer, startRedis } from './peers/redis.ts';

/** A store for the tests of one file, on a Redis of its own that is empty before each of them. */
export function withStore(use: (store: Store) => void): void {
  let redis: RedisPeer;
  let store: Store;
  beforeAll(async () => {
    redis = await startRedis();
    store = openStore({ kind: 'url', url: `unix:${redis.socket}` });
    use(store);
  });
  afterAll(async () => {
    await store.close();
    await redis.stop();
  });
  beforeEach(() => store.client.flushall());
}
