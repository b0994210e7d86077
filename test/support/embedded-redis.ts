/** The embedded Redis of a gateway under test, looked at from outside. */

import { join } from 'node:path';
import { Redis } from 'ioredis';

export interface EmbeddedView {
  readonly redis: Redis;
  pid(): Promise<number>;
  /** Rewrites the append-only file; resolves when the new one is in use. */
  rewrite(): Promise<void>;
  /** Removes every key of BullMQ; how many there were. */
  removeWakeUps(): Promise<number>;
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
    close: () => redis.disconnect(),
  };
}
