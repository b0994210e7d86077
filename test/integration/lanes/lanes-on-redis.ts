import type { LaneStore } from '../../../src/lanes/lane-store.ts';
import { redisLaneStore } from '../../../src/lanes/redis/redis-lane-store.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { type RedisPeer, startRedis } from '../../support/peers/redis.ts';

/** A lane store on a server of its own, and the way past it to what it wrote. */
export interface LanesOnRedis {
  readonly redis: RedisPeer;
  readonly store: Store;
  readonly lanes: LaneStore;
  /** Any command, as an operator would type it. */
  command(name: string, ...args: readonly (string | number)[]): Promise<unknown>;
  close(): Promise<void>;
}

export async function startLanesOnRedis(
  options: Parameters<typeof startRedis>[0] = {},
): Promise<LanesOnRedis> {
  const redis = await startRedis(options);
  const store = openStore({ kind: 'url', url: `unix:${redis.socket}` });
  return {
    ...{ redis, store, lanes: redisLaneStore(store) },
    command: (name, ...args) => store.client.call(name, ...args),
    close: async () => {
      await store.close();
      await redis.stop();
    },
  };
}
