import { readdirSync } from 'node:fs';
import { batched } from '../../../src/lanes/batching.ts';
import type { LaneStore } from '../../../src/lanes/lane-store.ts';
import { memoryLaneStore } from '../../../src/lanes/memory/memory-lane-store.ts';
import { redisLaneStore } from '../../../src/lanes/redis/redis-lane-store.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { startRedis } from '../../support/peers/redis.ts';
import { freePorts } from '../../support/peers/xmpp-server.ts';
import { until } from './room.ts';

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
  // Its server refuses a script that touches two slots.
  'redis, in a cluster': openCluster,
};

async function openRedis(
  laneStore: (store: Store) => LaneStore,
  args: readonly string[] = [],
): Promise<Opened & { readonly server: Store }> {
  const redis = await startRedis({ args });
  const store = openStore({ kind: 'url', url: `unix:${redis.socket}` });
  const close = async () => {
    await store.close();
    await redis.stop();
  };
  return { store: laneStore(store), server: store, close };
}

/** The folders of src/lanes that hold an implementation. */
export function implementations(): string[] {
  const root = new URL('../../../src/lanes/', import.meta.url);
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).flatMap(
    (file) => /^([^/]+)\/\1-lane-store\.ts$/.exec(file)?.[1] ?? [],
  );
}

async function openCluster(): Promise<Opened> {
  const [port = 0] = await freePorts(1);
  const args = ['--cluster-enabled', 'yes', '--cluster-port', `${port}`];
  const opened = await openRedis((store) => redisLaneStore({ ...store, together: false }), args);
  await opened.server.client.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
  await until(async () => {
    const state = await opened.server.client.call('CLUSTER', 'INFO');
    return `${state}`.includes('cluster_state:ok') ? state : undefined;
  });
  return opened;
}
