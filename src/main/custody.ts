/** Where messages are kept until they have arrived: Redis, embedded or the operator's, and what guards it. */

import { join } from 'node:path';
import { batched } from '../lanes/batching.ts';
import type { LaneStore } from '../lanes/lane-store.ts';
import { redisLaneStore } from '../lanes/redis/redis-lane-store.ts';
import type { Wake } from '../lanes/serving.ts';
import { type SpooledLaneStore, spooled } from '../lanes/spool.ts';
import { openWake } from '../lanes/wake.ts';
import type { Settings } from '../settings/settings.ts';
import { type Admission, watchMemory } from '../store/admission.ts';
import { startEmbedded } from '../store/embedded.ts';
import { checkStart, StartCheckError } from '../store/start-checks.ts';
import { openStore, type Store, type StoreAddress } from '../store/store.ts';
import type { Log } from '../telemetry/log.ts';
import { errorLog } from '../telemetry/repeats.ts';
import type { Ending } from './ending.ts';

export interface Custody {
  readonly store: Store;
  readonly lanes: LaneStore;
  readonly wake: Wake;
  readonly admits: () => boolean;
  readonly intake: Admission['intake'];
  /** Writes a large event to disk, so that pushing it holds up no other: see `SpooledLaneStore`. */
  readonly setAside: SpooledLaneStore['setAside'];
}

/** Nobody answers at the address of the configuration, or somebody who does not let us in. */
export class RedisUnreachableError extends Error {
  override readonly name = 'RedisUnreachableError';
}

/** @throws EmbeddedError, StartCheckError, RedisUnreachableError */
export async function openCustody(settings: Settings, log: Log, ending: Ending): Promise<Custody> {
  const address = await storeAddress(settings, log, ending);
  const store = openStore(address, errorLog(log, 'redis'));
  ending.add(() => store.close());
  const warnings = await checkStart(store, settings.durability).catch((error: unknown) => {
    throw error instanceof StartCheckError ? error : unreachable(error);
  });
  for (const warning of warnings) log.warn({}, warning);
  const admission = watchMemory(store, (admits) => {
    log.warn({ admits }, admits ? 'new messages are taken again' : 'no new messages are taken');
  });
  ending.add(async () => admission.stop());
  const wake = openWake(store, errorLog(log, 'wake-up calls', 'warn'));
  ending.add(() => wake.close());
  const unreadable = errorLog(log, 'a large message can not be read from the spool, and waits');
  const directory = join(settings.state, 'spool');
  const spool = await spooled(redisLaneStore(store), directory, true, unreadable);
  ending.add(async () => spool.stop());
  // In this order: a large message is on disk before the next of its lane is stored.
  const lanes = batched(spool);
  return {
    store,
    lanes,
    wake,
    admits: admission.admits,
    intake: admission.intake,
    setAside: spool.setAside,
  };
}

export function unreachable(cause: unknown): RedisUnreachableError {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  // Its message speaks of an option of ioredis, not of what is wrong.
  const why = error.name === 'MaxRetriesPerRequestError' ? 'nobody answers' : error.message;
  const text = `Redis can not be used (${why}): is it running, and is "redis" in the configuration its address?`;
  return new RedisUnreachableError(text, { cause });
}

/**
 * Where Redis is; the embedded one is adopted, or started until the end.
 * @throws EmbeddedError
 */
export async function storeAddress(
  settings: Pick<Settings, 'redis' | 'durability' | 'state'>,
  log: Pick<Log, 'warn' | 'info'>,
  ending: Ending,
): Promise<StoreAddress> {
  const { redis, durability, state } = settings;
  if (redis.kind !== 'embedded') return redis;
  const { kind: _, ...options } = redis;
  const server = await startEmbedded({
    ...options,
    directory: join(state, 'redis'),
    durability,
    log: (text) => log.warn({}, text),
  });
  ending.add(() => server.stop());
  if (server.adopted) log.info({}, 'the embedded redis was running already');
  return { kind: 'url', url: `unix:${server.socket}` };
}
