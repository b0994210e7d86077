/** What the launchers of XMPP servers have in common. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endedWithUs } from '../child-processes.ts';

/** A real server on 127.0.0.1, in a process and a data directory of its own. */
export interface XmppServer {
  readonly domain: 'localhost';
  readonly host: '127.0.0.1';
  readonly c2sPort: number;
  readonly componentPort: number;
  readonly dir: string;
  readonly pid: number;
  /** What it has printed since it was last started. */
  log(): string;
  /** `SIGSTOP` and `SIGCONT` return at once, other signals when the process has ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it if it runs, and starts it with the same ports and data; resolves when it answers. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

export interface ServerPlace {
  readonly dir: string;
  readonly c2sPort: number;
  readonly componentPort: number;
}

/**
 * Starts a server in a new place.
 * @param prepare writes configuration and data
 * @param run resolves when the server answers, and leaves no process behind when it rejects
 */
export async function startServer(
  name: string,
  prepare: (place: ServerPlace) => Promise<void>,
  run: (place: ServerPlace) => Promise<ServerProcess>,
): Promise<XmppServer> {
  for (let attempt = 1; ; attempt++) {
    const dir = await mkdtemp(join(tmpdir(), `${name}-`));
    const [c2sPort = 0, componentPort = 0] = await freePorts(2);
    const place = { dir, c2sPort, componentPort };
    try {
      await prepare(place);
      return handle(place, await run(place), () => run(place));
    } catch (error) {
      await rm(dir, { recursive: true, force: true });
      // Another test may have taken a port in between.
      if (attempt === 3) throw error;
    }
  }
}

function handle(
  place: ServerPlace,
  first: ServerProcess,
  again: () => Promise<ServerProcess>,
): XmppServer {
  let server = first;
  return {
    ...place,
    domain: 'localhost',
    host: '127.0.0.1',
    get pid() {
      return server.pid;
    },
    log: () => server.output,
    kill: (signal) => server.kill(signal),
    async restart() {
      await server.end();
      server = await again();
    },
    async stop() {
      // Its data go with it. ejabberd would take a second to end in order.
      await server.kill('SIGKILL');
      await rm(place.dir, { recursive: true, force: true });
    },
  };
}

/** Below those that the kernel chooses by itself (ip(7), `ip_local_port_range`). */
const PORTS = { first: 10_000, count: 22_000 };

/** So many different ports of 127.0.0.1 that are free, and that nobody else gets while this process lives. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
    if (await isReserved(port)) ports.push(port);
  }
  return ports;
}

/**
 * A server is down between its death and its restart, and would find its port taken by the next test.
 * Whoever asks here takes the UDP port of the same number, too, and keeps it.
 */
async function isReserved(port: number): Promise<boolean> {
  const mark = createSocket('udp4').unref();
  const server = createServer();
  try {
    mark.bind({ port, address: '127.0.0.1', exclusive: true });
    await once(mark, 'listening');
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    mark.close();
    return false;
  } finally {
    server.close();
  }
}

/** Resolves with the first bytes that the port answers to a stream header. */
export async function streamAnswer(port: number, namespace: string, to: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write(
      `<stream:stream xmlns='${namespace}' xmlns:stream='http://etherx.jabber.org/streams' to='${to}' version='1.0'>`,
    );
    const [data] = await once(socket, 'data');
    return String(data);
  } finally {
    socket.destroy();
  }
}

/** A child process whose output is kept, and which is ended by its pid. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #output = '';

  constructor(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
    this.#child = endedWithUs(
      spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    this.#exited = once(this.#child, 'close');
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
  }

  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when every pattern has been printed. @throws Error with the output if it ends before. */
  async printed(...patterns: readonly RegExp[]): Promise<void> {
    const all = () => patterns.every((pattern) => pattern.test(this.#output));
    if (all()) return;
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!all()) return;
        this.#child.stdout?.off('data', look);
        resolve();
      };
      this.#child.stdout?.on('data', look);
      this.#exited.then(
        () => reject(new Error(`The server ended before it was ready:\n${this.#output}`)),
        reject,
      );
    });
  }

  /** Sends the signal; for one that ends the process, resolves when it has ended. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    if (!this.running) return;
    this.#child.kill(signal);
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await this.#exited;
  }

  async end(): Promise<void> {
    if (!this.running) return;
    this.#child.kill('SIGCONT');
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
    await this.#exited;
    clearTimeout(late);
  }
}
