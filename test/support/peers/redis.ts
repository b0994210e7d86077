import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endedWithUs } from '../child-processes.ts';

export interface RedisPeer {
  /** Path of its unix socket. */
  readonly socket: string;
  readonly directory: string;
  readonly pid: number;
  /** Sends a signal and, for a deadly one, waits for the end. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /**
   * Starts it again on the same data, after `kill` or its end. Resolves when it has read them.
   * @param args beside those of its first start
   */
  restart(args?: readonly string[]): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

interface RedisOptions {
  readonly args?: readonly string[];
  /** Beside that of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A private redis-server on a unix socket, with the persistence that Postern asks for. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisPeer> {
  const directory = await mkdtemp(join(tmpdir(), 'postern-redis-'));
  const socket = join(directory, 'redis.sock');
  const launch = (more: readonly string[] = []) =>
    launchRedis(directory, socket, { ...options, args: [...(options.args ?? []), ...more] });
  let child = await launch();

  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  return {
    socket,
    directory,
    get pid() {
      return child.pid ?? 0;
    },
    kill: end,
    signal: (signal) => void child.kill(signal),
    restart: async (args) => {
      await end('SIGKILL');
      child = await launch(args);
    },
    stop: async () => {
      await end('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function launchRedis(
  directory: string,
  socket: string,
  { args = [], env = {} }: RedisOptions,
): Promise<ChildProcess> {
  await rm(socket, { force: true });
  const child = endedWithUs(
    spawn(
      'redis-server',
      [
        ...['--port', '0', '--unixsocket', socket, '--dir', directory, '--save', ''],
        ...['--appendonly', 'yes', '--appendfsync', 'always', '--no-appendfsync-on-rewrite', 'no'],
        ...['--maxmemory', '512mb', '--maxmemory-policy', 'noeviction', '--daemonize', 'no'],
        ...args,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } },
    ),
  );
  await new Promise<void>((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('latin1');
      if (output.includes('ready to accept connections')) resolve();
    });
    child.once('exit', () => reject(new Error(`redis-server ended at start:\n${output}`)));
  });
  child.stdout.removeAllListeners('data').resume();
  await answers(socket);
  return child;
}

/** One PING and its answer: by then it serves. */
async function answers(socket: string): Promise<void> {
  const connection = connect(socket);
  await once(connection, 'connect');
  connection.write('PING\r\n');
  await once(connection, 'data');
  connection.destroy();
}
