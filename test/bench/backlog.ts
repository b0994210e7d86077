/** What waits: how much of Redis it takes, and how long a gateway takes to be ready with it. */

import type { Redis } from 'ioredis';
import { startGatewayUnderLoad } from './gateway-under-load.ts';
import { CONVERSATIONS, GATEWAY_DOMAIN, TEXT_LENGTH } from './load.ts';
import { Source } from './outbound.ts';
import { startRawServer } from './raw-stream.ts';

export interface Backlog {
  /** Of Redis, a message, beyond its text. */
  readonly bytesBeyondText: number;
  readonly readySeconds: number;
  /** Delivered a second, once they were. */
  readonly perSecond: number;
}

export async function backlog(messages: number): Promise<Backlog> {
  const server = await startRawServer(GATEWAY_DOMAIN);
  const gateway = await startGatewayUnderLoad({
    durability: 'relaxed',
    port: server.port,
    hold: true,
  });
  try {
    const source = new Source(server, gateway);
    const stored = (total: number) => areStored(gateway.view().redis, total);
    // Every lane, script and buffer is there before it counts.
    await source.pour(CONVERSATIONS, stored);
    const before = await usedMemory(gateway.view().redis);
    await source.pour(messages - CONVERSATIONS, stored);
    const after = await usedMemory(gateway.view().redis);
    const bytes = (after - before) / (messages - CONVERSATIONS);

    const readySeconds = await gateway.restart();
    const begun = performance.now();
    await gateway.probe.release();
    await gateway.probe.reached(messages);
    const seconds = (performance.now() - begun) / 1_000;
    return { bytesBeyondText: bytes - TEXT_LENGTH, readySeconds, perSecond: messages / seconds };
  } finally {
    await gateway.stop();
    server.close();
  }
}

/** Each message that waits is one record and one duplicate key; what else there is are a few a lane. */
async function areStored(redis: Redis, messages: number): Promise<void> {
  while ((await redis.dbsize()) < 2 * messages);
}

async function usedMemory(redis: Redis): Promise<number> {
  const info = await redis.info('memory');
  return Number(/^used_memory:(\d+)/m.exec(info)?.[1]);
}
