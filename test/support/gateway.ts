/** Postern as an operator runs it: a process with a configuration file. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { posternReady } from '../../demo/postern.ts';
import { freePorts } from './peers/xmpp-server.ts';
import { Program } from './processes.ts';

const READY_MS = 60_000;

export interface GatewayOptions {
  /** The configuration; JSON is YAML. `state`, `http` and `admin` are added where they are left out. */
  readonly config: Readonly<Record<string, unknown>>;
  /** A directory to share with another gateway, or with one that was killed. */
  readonly dir?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface GatewayProcess {
  readonly program: Program;
  /** The last of what each of its processes has printed. */
  readonly output: string;
  readonly dir: string;
  readonly config: string;
  readonly httpUrl: string;
  readonly adminPort: number;
  /** Resolves when every domain is up. */
  ready(): Promise<void>;
  /**
   * Starts another process with the same configuration; the old one has to be gone.
   * @param env in place of that of the one before
   */
  restart(env?: Readonly<Record<string, string>>): Promise<void>;
  /** Ends the process and removes its directory. */
  stop(): Promise<void>;
}

/** Starts it; it is up when `ready` resolves. */
export async function startGateway(options: GatewayOptions): Promise<GatewayProcess> {
  const own = options.dir === undefined;
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'postern-')));
  const [httpPort = 0, adminPort = 0] = await freePorts(2);
  const httpUrl = `http://127.0.0.1:${httpPort}`;
  const config = join(dir, `postern-${adminPort}.yaml`);
  const written = {
    state: './state',
    http: { listen: `127.0.0.1:${httpPort}`, publicUrl: httpUrl },
    admin: { listen: `127.0.0.1:${adminPort}` },
    ...options.config,
  };
  await writeFile(config, JSON.stringify(written, null, 2), { mode: 0o600 });
  let env = options.env ?? {};
  const launch = () => new Program('src/cli/main.ts', ['start', '-c', config], { cwd: dir, env });
  let program = launch();
  let before = '';
  return {
    get program() {
      return program;
    },
    get output() {
      return before + program.output;
    },
    dir,
    config,
    httpUrl,
    adminPort,
    async ready() {
      const over = new AbortController();
      const signal = AbortSignal.any([over.signal, AbortSignal.timeout(READY_MS)]);
      const ended = program.exited().then(() => Promise.reject(new Error('It has ended.')));
      try {
        await Promise.race([posternReady(adminPort, signal), ended]);
      } catch (cause) {
        throw new Error(`The gateway is not ready:\n${program.output}`, { cause });
      } finally {
        over.abort();
      }
    },
    async restart(another = env) {
      await program.exited();
      before += program.output;
      env = another;
      program = launch();
    },
    async stop() {
      await program.end();
      if (own) await rm(dir, { recursive: true, force: true });
    },
  };
}
