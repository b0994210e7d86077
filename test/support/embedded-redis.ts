/** The embedded Redis of a gateway under test, looked at from outside. */

import { join } from 'node:path';
import { Redis } from 'ioredis';
import { PARTITIONS, partitionKey } from '../../src/store/keys.ts';

export interface EmbeddedView {
  readonly redis: Redis;
  pid(): Promise<number>;
  /** Rewrites the append-only file; resolves when the new one is in use. */
  rewrite(): Promise<void>;
  /** Removes every key of BullMQ; how many there were. */
  removeWakeUps(): Promise<number>;
  /** Resolves when nothing of the channel, `sms.i`, waits or is under way. */
  served(channel: string): Promise<void>;
  close(): void;
}

/** @param dir the directory of the gateway's configuration */
export function embeddedRedis(dir: string): EmbeddedView {
  const redis = new Redis({
    path: join(dir, 'state', 'redis', 'redis.sock'),
    maxRetriesPerRequest: null,
  });
  redis.on('error', () => undefined);
  const field = async (section: string, name: string) => {
    const info = await redis.info(section);
    return new RegExp(`^${name}:(.*)\r$`, 'm').exec(info)?.[1] ?? '';
  };
  return {
    redis,
    pid: async () => Number(await field('server', 'process_id')),
    async rewrite() {
      await redis.bgrewriteaof();
      for (let busy = true; busy; ) {
        const states = ['aof_rewrite_in_progress', 'aof_rewrite_scheduled'];
        const values = await Promise.all(states.map((name) => field('persistence', name)));
        busy = values.includes('1');
      }
    },
    async removeWakeUps() {
      const keys = await redis.keys('{pst-wake}*');
      return keys.length === 0 ? 0 : await redis.del(keys);
    },
    async served(channel) {
      for (let waiting = true; waiting; ) {
        const pipeline = redis.pipeline();
        for (let partition = 0; partition < PARTITIONS; partition++) {
          pipeline.zcard(`${partitionKey(partition)}:due:${channel}`);
        }
        const lanes = await pipeline.exec();
        waiting = lanes?.some(([, count]) => count !== 0) ?? true;
      }
    },
    close: () => redis.disconnect(),
  };
}
