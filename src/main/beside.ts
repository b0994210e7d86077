/**
 * The desk of a process that is no gateway: beside one that runs, or without one. It goes to Redis
 * itself, where every step is whole and fenced whoever takes it; so there is no second protocol, and no
 * listener that would have to know whom it may obey: who can read the secrets of the configuration, or
 * open the private socket of the embedded server, is the operator.
 */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Desk, StoryDesk } from '../commands/desk.ts';
import type { History, StoryReader } from '../history/history.ts';
import { openHistory, readHistory } from '../history/sqlite-history.ts';
import { NO_INDEX } from '../history/story-index.ts';
import { redisLaneStore } from '../lanes/redis/redis-lane-store.ts';
import type { Wake } from '../lanes/serving.ts';
import { spooled } from '../lanes/spool.ts';
import { openWake } from '../lanes/wake.ts';
import type { Settings } from '../settings/settings.ts';
import { openStore } from '../store/store.ts';
import { storeAddress, unreachable } from './custody.ts';
import { deskTransports, openDesk } from './desk.ts';
import { Ending } from './ending.ts';

/** Nothing is here that could be looked into, or not for this user. */
export class NotHereError extends Error {
  override readonly name = 'NotHereError';
}

export interface Beside<D> {
  readonly desk: D;
  close(): Promise<void>;
}

/** Where the stories are. */
export function historyFile({ state }: Pick<Settings, 'state'>): string {
  return join(state, 'history.sqlite');
}

/** Stories alone: they need no Redis. */
export async function storiesBeside(
  settings: Settings,
): Promise<Beside<StoryDesk & { readonly now: () => number }>> {
  const stories = await storiesIn(historyFile(settings));
  return {
    desk: { transports: deskTransports(settings), stories, now: Date.now },
    close: async () => stories.close(),
  };
}

/** @throws NotHereError, EmbeddedError, RedisUnreachableError */
export async function deskBeside(
  settings: Settings,
  tell: (text: string) => void,
): Promise<Beside<Desk>> {
  await mayBeHere(settings);
  const ending = new Ending();
  const close = () => ending.run();
  try {
    const log = { warn: (_: object, text: string) => tell(text), info: () => undefined };
    const store = openStore(await storeAddress(settings, log, ending));
    ending.add(() => store.close());
    await store.client.ping().catch((error: unknown) => {
      throw unreachable(error);
    });
    const lanes = await spooled(redisLaneStore(store), join(settings.state, 'spool'), false);
    const wake = wakeAtNeed(() => openWake(store, () => undefined));
    ending.add(() => wake.close());
    const stories = await storiesIn(historyFile(settings));
    ending.add(async () => stories.close());
    let written: History | undefined;
    ending.add(async () => written?.close());
    const note: History['note'] = (step) => {
      written ??= openHistory(historyFile(settings));
      written.note(step);
    };
    return { desk: openDesk({ settings, store, lanes, stories, note, wake }), close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

/**
 * What is written here must stay readable for the gateway; and where it has never run, nothing is made.
 * @throws NotHereError
 */
async function mayBeHere({ state, redis, file }: Settings): Promise<void> {
  const used = redis.kind === 'embedded' ? join(state, 'redis') : state;
  const found = await stat(used).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    const text = `Postern has not been started with ${file} yet: there is no ${used}, so nothing waits.`;
    throw new NotHereError(text);
  });
  const user = process.getuid?.();
  if (user === undefined || user === found.uid) return;
  const text = `${used} belongs to the user with the number ${found.uid}: run this as that user (sudo -u '#${found.uid}' postern …).`;
  throw new NotHereError(text);
}

/** Opened with the first call: most commands wake nobody. */
function wakeAtNeed(open: () => Wake): Pick<Wake, 'schedule' | 'close'> {
  let wake: Wake | undefined;
  return {
    schedule(...call) {
      wake ??= open();
      wake.schedule(...call);
    },
    close: async () => await wake?.close(),
  };
}

/** Before the first start there is no file, and no story. */
async function storiesIn(file: string): Promise<StoryReader> {
  try {
    await stat(file);
    return readHistory(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return NO_STORIES;
    throw error;
  }
}

const NO_STORIES: StoryReader = { ...NO_INDEX, story: () => [], close: () => undefined };
