/**
 * The embedded Redis: a private server on a unix socket, with its append-only file in the state
 * directory.
 *
 * Never two servers on one directory: after one rewrite of the file by the second, what the first had
 * acknowledged is gone. So the server itself holds a lock (flock on `redis.lock`), inherited at its
 * start; the kernel frees it when, and only when, the server and its forks are gone, however Postern
 * itself ended.
 *
 * A server that outlived its Postern (`kill -9`), or that another Postern has started, is adopted and
 * shared. Each of them keeps one named link to it: whoever leaves last shuts it down, and when it dies
 * whoever is first starts it again, while the others find the lock taken and adopt.
 */

import { realpath } from 'node:fs/promises';
import { Redis } from 'ioredis';
import {
  appendfsync,
  dropSocket,
  EmbeddedError,
  failureOfStart,
  type Launch,
  launch,
  type ServerFiles,
  type ServerSettings,
  serverFiles,
  socketOf,
} from './embedded-server.ts';

export { DamagedError, EmbeddedError } from './embedded-server.ts';

export interface EmbeddedOptions extends ServerSettings {
  /** Its own directory, absolute: `<state>/redis`. Made if missing. */
  readonly directory: string;
  /** One line for an operator: a restart, a vain attempt. */
  readonly log: (text: string) => void;
}

export interface Embedded {
  /** Path of its unix socket. */
  readonly socket: string;
  /** Whether somebody else has started it. */
  readonly adopted: boolean;
  /** Leaves it; the last to leave shuts it down, with all that it holds on disk. */
  stop(): Promise<void>;
}

/** The name of the links by which the processes that use the server count each other. */
const KEEPER = 'postern-keeper';
/** How long a server may take to bind its socket; also how long a taken lock is believed to be a start. */
const START_MS = 30_000;
const LOOK_AGAIN_MS = 50;
const LONGEST_BACKOFF_MS = 5_000;
/** One that has lived so long is not dying of a disk that is full, or of its file. */
const SOUND_MS = 30_000;

/**
 * Resolves when the server has read its file, however long that takes. From then on it is started
 * again whenever it dies.
 * @throws EmbeddedError
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const files = await serverFiles(options.directory);
  const first = await attach(files, await socketOf(files), options);
  let link = first.link;
  let stopping = false;
  let attempts = 0;
  let retry: NodeJS.Timeout | undefined;

  const watch = () => {
    const since = performance.now();
    link.once('end', () => {
      if (stopping) return;
      if (performance.now() - since > SOUND_MS) attempts = 0;
      startAgain('it has gone');
    });
  };
  /** At once, and where that does not help for long less and less often: it reads its whole file each time. */
  const startAgain = (why: string) => {
    const afterMs = attempts === 0 ? 0 : Math.min(50 * 2 ** attempts, LONGEST_BACKOFF_MS);
    attempts += 1;
    const when = afterMs === 0 ? '' : ` in ${afterMs} ms`;
    options.log(`the embedded Redis is started again${when}: ${why}`);
    retry = setTimeout(again, afterMs);
  };
  const again = () => {
    attach(files, first.socket, options).then(
      (found) => {
        link = found.link;
        if (stopping) return void leave(link);
        options.log('the embedded Redis is back');
        watch();
      },
      (error: unknown) => {
        if (!stopping) startAgain(error instanceof Error ? error.message : String(error));
      },
    );
  };
  watch();

  return {
    socket: first.socket,
    adopted: first.adopted,
    stop: async () => {
      stopping = true;
      clearTimeout(retry);
      await leave(link);
    },
  };
}

interface Attached {
  readonly link: Redis;
  readonly socket: string;
  readonly adopted: boolean;
}

/** Adopts the server that holds the lock, or starts one. */
async function attach(
  files: ServerFiles,
  preferred: string,
  settings: ServerSettings,
): Promise<Attached> {
  const deadline = performance.now() + START_MS;
  let socket = preferred;
  let started: Launch | undefined;
  for (;;) {
    const link = await openLink(socket);
    if (link !== undefined) {
      try {
        const pid = await verify(link, files, settings);
        return { link, socket, adopted: pid !== started?.pid };
      } catch (error) {
        link.disconnect();
        // Anything else says that it has ended meanwhile.
        if (error instanceof EmbeddedError) throw error;
      }
    }
    if (started?.ended() === 'failed') {
      throw await failureOfStart(files, started);
    }
    if (performance.now() > deadline) {
      throw new EmbeddedError(
        `a server holds ${files.lock} but does not answer at ${socket}: \`fuser ${files.lock}\` names it`,
      );
    }
    if (started?.ended() === 'taken') {
      // Somebody was faster, and where the path is long he may have chosen another socket.
      started = undefined;
      const theirs = await socketOf(files);
      if (theirs !== socket) await dropSocket(files, socket);
      socket = theirs;
    }
    started ??= await launch(files, socket, settings);
    await new Promise<void>((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** A named link to the server once that is ready; undefined where none listens or answers. */
async function openLink(socket: string): Promise<Redis | undefined> {
  const link = new Redis({
    path: socket,
    connectionName: KEEPER,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    maxLoadingRetryTime: 250,
    commandTimeout: 5_000,
  });
  // What goes wrong on it shows as its end.
  link.on('error', () => undefined);
  try {
    await link.connect();
    return link;
  } catch {
    part(link);
    return undefined;
  }
}

/** On a link that has ended, `disconnect` would only start a timer that holds the process for 2 s. */
function part(link: Redis): void {
  if (link.status !== 'end') link.disconnect();
}

/** Makes sure that the server is ours and set as we want it; gives its process id. */
async function verify(link: Redis, files: ServerFiles, settings: ServerSettings): Promise<number> {
  const [, directory = ''] = await configGet(link, 'dir');
  if ((await realpath(directory).catch(() => directory)) !== files.directory) {
    throw new EmbeddedError(`the server at ${files.directory} keeps its data in ${directory}`);
  }
  // A server that outlived a change of the settings.
  await link.config('SET', 'maxmemory', settings.maxMemoryBytes);
  await link.config('SET', 'appendfsync', appendfsync(settings.durability));
  return Number(/^process_id:(\d+)/m.exec(await link.info('server'))?.[1]);
}

async function configGet(link: Redis, name: string): Promise<string[]> {
  const answer: unknown = await link.config('GET', name);
  return Array.isArray(answer) ? answer.map(String) : [];
}

/** One transaction says "I leave" and asks who stays: of several that leave at once, one is the last. */
async function leave(link: Redis): Promise<void> {
  try {
    const answers = await link.multi().client('SETNAME', 'leaving').client('LIST').exec();
    const stay = String(answers?.[1]?.[1]).includes(` name=${KEEPER} `);
    // Its answer is the end of the link. There is no snapshot to save; the append-only file is
    // flushed in any case.
    if (!stay) await link.shutdown('NOSAVE');
  } catch {
    // It is gone; or it does not answer, and stays for the next start to adopt.
  }
  part(link);
}
