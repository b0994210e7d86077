/** The gateway's Redis, looked at from outside: what waits in it, and what was put aside. */

import { Redis } from 'ioredis';
import { PARTITIONS, partitionKey } from '../../../src/store/keys.ts';
import { keyOf, type MessageKey, TEXT } from './ledger.ts';

/** How long it is waited at most between two looks: it answers sooner if it is asked to go on. */
const LOOK_MS = 50;

export interface StoreView {
  /** Resolves when nothing of these channels waits or is under way. */
  served(channels: readonly string[]): Promise<void>;
  /** Removes every key of BullMQ. */
  removeWakeUps(): Promise<void>;
  /** Of what was put aside for the operator, the messages of the test. */
  parked(): Promise<readonly MessageKey[]>;
  close(): void;
}

export function viewStore(path: string): StoreView {
  const redis = new Redis({ path, maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  const all = async (ask: (key: string) => readonly (string | number)[]) => {
    const pipeline = redis.pipeline();
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const [command = '', ...args] = ask(partitionKey(partition));
      pipeline.call(String(command), ...args);
    }
    return (await pipeline.exec()) ?? [];
  };
  const waiting = async (channel: string): Promise<boolean> =>
    (await all((key) => ['ZCARD', `${key}:due:${channel}`])).some(([, count]) => count !== 0);
  return {
    async served(channels) {
      for (;;) {
        const looked = await Promise.all(channels.map(waiting));
        if (!looked.includes(true)) return;
        // Redis itself lets the time pass: whoever only looks must not take the processor.
        await redis.blpop('a list that is never filled', LOOK_MS / 1_000);
      }
    },
    async removeWakeUps() {
      const keys = await redis.keys('{pst-wake}*');
      if (keys.length > 0) await redis.del(keys);
    },
    async parked() {
      const dead = await all((key) => ['ZRANGE', `${key}:dead`, 0, -1]);
      const ids = dead.flatMap(([, found], partition) =>
        (Array.isArray(found) ? found : []).map((id) => `${partitionKey(partition)}:m:${id}`),
      );
      const texts = await Promise.all(ids.map((id) => redis.get(id)));
      return texts.flatMap((text) => keyOf(TEXT.exec(text ?? '')?.[0] ?? '') ?? []);
    },
    close: () => redis.disconnect(),
  };
}
