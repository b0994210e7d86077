import { readdirSync } from 'node:fs';
import { batched } from '../../../src/lanes/batching.ts';
import type { LaneStore } from '../../../src/lanes/lane-store.ts';
import { memoryLaneStore } from '../../../src/lanes/memory/memory-lane-store.ts';
import { redisLaneStore } from '../../../src/lanes/redis/redis-lane-store.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { startRedis } from '../../support/peers/redis.ts';

export interface Opened {
  readonly store: LaneStore;
  close(): Promise<void>;
}

/** How each implementation is opened, by the name of its folder. */
export const OPENERS: Readonly<Record<string, () => Promise<Opened>>> = {
  memory: async () => ({ store: memoryLaneStore(), close: async () => undefined }),
  redis: () => openRedis((store) => redisLaneStore(store)),
};

/** The ways in which an implementation is used besides, held against the same suite. */
export const VARIANTS: Readonly<Record<string, () => Promise<Opened>>> = {
  'redis, batched': () => openRedis((store) => batched(redisLaneStore(store))),
  // What a script may do in a cluster: touch one partition.
  'redis, one partition a script': () =>
    openRedis((store) => redisLaneStore({ ...store, together: false })),
};

async function openRedis(laneStore: (store: Store) => LaneStore): Promise<Opened> {
  const redis = await startRedis();
  const store = openStore({ kind: 'url', url: `unix:${redis.socket}` });
  const close = async () => {
    await store.close();
    await redis.stop();
  };
  return { store: laneStore(store), close };
}

/** The folders of src/lanes that hold an implementation. */
export function implementations(): string[] {
  const root = new URL('../../../src/lanes/', import.meta.url);
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).flatMap(
    (file) => /^([^/]+)\/\1-lane-store\.ts$/.exec(file)?.[1] ?? [],
  );
}
