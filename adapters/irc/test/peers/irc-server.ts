/** What the launchers of IRC servers have in common. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real server on 127.0.0.1, in a process and a directory of its own. */
export interface IrcServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly dir: string;
  readonly pid: number;
  /** What it has printed since it was last started. */
  log(): string;
  /** `SIGSTOP` and `SIGCONT` return at once, other signals when the process has ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it if it runs, and starts it on the same port; resolves when it listens. */
  restart(): Promise<void>;
  /** Ends it and removes its directory. */
  stop(): Promise<void>;
}

export interface Place {
  readonly dir: string;
  /** The first is for clients. */
  readonly ports: readonly number[];
}

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  /** What it prints when it listens. */
  readonly ready: RegExp;
}

/** @param prepare writes the configuration, and says what to run */
export async function startIrcServer(
  ports: number,
  prepare: (place: Place) => Promise<Program>,
): Promise<IrcServer> {
  const dir = await mkdtemp(join(tmpdir(), 'postern-irc-'));
  const place = { dir, ports: await freePorts(ports) };
  const program = await prepare(place);
  let running: Running;
  try {
    running = await run(program, dir);
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
  return {
    host: '127.0.0.1',
    port: place.ports[0] ?? 0,
    dir,
    get pid() {
      return running.child.pid ?? 0;
    },
    log: () => running.output,
    kill: (signal) => end(running, signal),
    async restart() {
      await end(running, 'SIGKILL');
      running = await run(program, dir);
    },
    async stop() {
      await end(running, 'SIGKILL');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** So many different ports of 127.0.0.1 that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  return servers.map((server) => {
    const address = server.address();
    server.close();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
}

interface Running {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  output: string;
}

async function run({ command, args, ready }: Program, cwd: string): Promise<Running> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const running: Running = { child, exited: once(child, 'close'), output: '' };
  await new Promise<void>((resolve, reject) => {
    const read = (text: string): void => {
      running.output = (running.output + text).slice(-100_000);
      if (ready.test(running.output)) resolve();
    };
    child.stdout?.setEncoding('utf8').on('data', read);
    child.stderr?.setEncoding('utf8').on('data', read);
    running.exited.then(
      () => reject(new Error(`${command} ended before it was ready:\n${running.output}`)),
      reject,
    );
  });
  return running;
}

async function end({ child, exited }: Running, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await exited;
}
