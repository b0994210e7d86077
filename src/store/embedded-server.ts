import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  access,
  constants,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readFile,
  realpath,
  rmdir,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';

/** What the embedded server is started with. */
export interface ServerSettings {
  readonly maxMemoryBytes: number;
  /** Left out: redis-server or valkey-server from the PATH. */
  readonly command?: string;
  readonly durability: 'always' | 'relaxed';
}

/** Where the embedded server keeps its things. */
export interface ServerFiles {
  /** Real path of its data directory. */
  readonly directory: string;
  /** Held by the server while it lives. Its text is the socket's path where that is not beside it. */
  readonly lock: string;
  readonly log: string;
}

/** The server can not be started, or another program has its directory. */
export class EmbeddedError extends Error {
  override readonly name: string = 'EmbeddedError';
}

/** The server refuses its own file: it will at every start, until a person has decided what to do. */
export class DamagedError extends EmbeddedError {
  override readonly name = 'DamagedError';
}

export async function serverFiles(directory: string): Promise<ServerFiles> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const real = await realpath(directory);
  return { directory: real, lock: join(real, 'redis.lock'), log: join(real, 'redis.log') };
}

/** A path longer than this can not be bound everywhere (`sun_path` has 104 to 108 bytes). */
const LONGEST_SOCKET_PATH = 100;

/**
 * The socket of the server: beside its data, or, where that path is too long, in a directory of its
 * own under the system's temporary one: the recorded one, or a new one to be recorded at the start.
 */
export async function socketOf({ directory, lock }: ServerFiles): Promise<string> {
  const beside = join(directory, 'redis.sock');
  if (Buffer.byteLength(beside) <= LONGEST_SOCKET_PATH) return beside;
  // The name says whose it is: a copied data directory must not lead to the server of the original.
  const prefix = `postern-${createHash('sha256').update(directory).digest('hex').slice(0, 12)}-`;
  const recorded = await readFile(lock, 'utf8').catch(() => '');
  const folder = dirname(recorded);
  if (basename(folder).startsWith(prefix) && (await isPrivate(folder))) return recorded;
  return join(await mkdtemp(join(tmpdir(), prefix)), 'redis.sock');
}

/** Removes the directory that `socketOf` made for a socket which was never used. */
export async function dropSocket({ directory }: ServerFiles, socket: string): Promise<void> {
  if (dirname(socket) !== directory) await rmdir(dirname(socket)).catch(() => undefined);
}

async function isPrivate(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  return (
    found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o077) === 0
  );
}

/** A start under way. */
export interface Launch {
  readonly pid: number | undefined;
  /** Undefined while the server lives. `taken`: another one holds the lock. */
  ended(): 'taken' | 'failed' | undefined;
  /** What it has printed. */
  printed(): Promise<string>;
}

const TAKEN = 75;
const START = `
command -v flock >/dev/null || { echo 'the command flock (of util-linux) is missing'; exit 1; }
exec 3>>"$1" || exit 1
flock -n 3 || exit ${TAKEN}
printf %s "$2" >"$1"
shift 2
exec "$@"`;

/**
 * Starts a server, unless another one holds the lock. It lives in a session of its own: a Ctrl-C in
 * Postern's terminal must not end what Postern still writes to.
 */
export async function launch(
  files: ServerFiles,
  socket: string,
  settings: ServerSettings,
): Promise<Launch> {
  const command = settings.command ?? (await onPath(['redis-server', 'valkey-server']));
  const record = dirname(socket) === files.directory ? '' : socket;
  const log = await open(files.log, 'a', 0o600);
  try {
    const { size: from } = await log.stat();
    const child = spawn(
      '/bin/sh',
      ['-c', START, 'sh', files.lock, record, command, ...argumentsOf(files, socket, settings)],
      {
        cwd: files.directory,
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
        // What else is in our environment, secrets among it, is not the server's business.
        env: { PATH: process.env.PATH },
      },
    );
    let ended: 'taken' | 'failed' | undefined;
    child.once('exit', (code) => {
      ended = code === TAKEN ? 'taken' : 'failed';
    });
    child.once('error', () => {
      ended = 'failed';
    });
    child.unref();
    return {
      pid: child.pid,
      ended: () => ended,
      printed: async () => (await readFile(files.log)).subarray(from).toString(),
    };
  } finally {
    await log.close();
  }
}

function argumentsOf(
  files: ServerFiles,
  socket: string,
  { maxMemoryBytes, durability }: ServerSettings,
): string[] {
  return [
    ...['--port', '0', '--unixsocket', socket, '--unixsocketperm', '700'],
    ...['--dir', files.directory, '--daemonize', 'no', '--loglevel', 'warning'],
    ...['--save', '', '--appendonly', 'yes', '--appendfsync', appendfsync(durability)],
    ...['--no-appendfsync-on-rewrite', 'no', '--aof-load-truncated', 'yes'],
    ...['--maxmemory', String(maxMemoryBytes), '--maxmemory-policy', 'noeviction'],
  ];
}

export function appendfsync(durability: 'always' | 'relaxed'): 'always' | 'everysec' {
  return durability === 'always' ? 'always' : 'everysec';
}

async function onPath(names: readonly string[]): Promise<string> {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const file = join(folder, name);
      const found = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (found) return file;
    }
  }
  throw new EmbeddedError(
    `neither ${names.join(' nor ')} is installed: install one, or set \`redis:\` to the address of a server`,
  );
}

/** Of Redis 7 and of Valkey: what their tool mends, and what it does not. */
const MENDABLE = /(?:Bad file format|Unexpected end of file) reading the append only file[^:\n]*/;
const BEYOND_MENDING = /Internal error in RDB reading|AOF MANIFEST FILE ERROR/;

/** Why a start has failed. */
export async function failureOfStart(
  { directory, log }: ServerFiles,
  start: Launch,
): Promise<EmbeddedError> {
  const text = (await start.printed().catch(() => '')).trimEnd();
  const folder = join(directory, 'appendonlydir');
  const more = 'See "Redis\' file is damaged" in docs/operate.md.';
  const [damage] = MENDABLE.exec(text) ?? [];
  if (damage !== undefined) {
    return new DamagedError(
      `its file is damaged (${damage}). Nothing was changed.\n` +
        `Make a copy of ${folder} first. Then  redis-check-aof --fix ${join(folder, 'appendonly.aof.manifest')}  ` +
        'removes all that is behind the damage: what was accepted behind it is lost, and what arrived behind it ' +
        `may be sent again. ${more}`,
    );
  }
  const words = `the embedded Redis does not start; ${log} ends in:\n${text.split('\n').slice(-5).join('\n')}`;
  if (!BEYOND_MENDING.test(text)) return new EmbeddedError(words);
  return new DamagedError(
    `${words}\nIts data is damaged, and redis-check-aof does not mend this. Put back a copy of ${folder}, or move ` +
      `it away: then all that waits in it is lost. ${more}`,
  );
}
