/** A real Prosody on 127.0.0.1: a host `localhost`, its users, its external components. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, ServerProcess, streamAnswer } from './listening.ts';

export interface ProsodyOptions {
  /** Domain of each external component to its secret. */
  readonly components?: Readonly<Record<string, string>>;
  /** Local part of each user of `localhost` to the password. */
  readonly users?: Readonly<Record<string, string>>;
  /** Further lines of Lua for the global section. */
  readonly settings?: string;
}

export interface Prosody {
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

/** Resolves when both of its ports answer a stream. */
export async function startProsody(options: ProsodyOptions = {}): Promise<Prosody> {
  const dir = await mkdtemp(join(tmpdir(), 'prosody-'));
  await writeUsers(dir, options.users ?? {});
  for (let attempt = 1; ; attempt++) {
    const [c2sPort = 0, componentPort = 0] = await freePorts(2);
    await writeFile(
      join(dir, 'prosody.cfg.lua'),
      configuration(dir, c2sPort, componentPort, options),
    );
    try {
      return handle(dir, c2sPort, componentPort, await run(dir, c2sPort, componentPort));
    } catch (error) {
      // Another test may have taken a port in between.
      if (attempt === 3) throw error;
    }
  }
}

function handle(
  dir: string,
  c2sPort: number,
  componentPort: number,
  first: ServerProcess,
): Prosody {
  let server = first;
  return {
    domain: 'localhost',
    host: '127.0.0.1',
    c2sPort,
    componentPort,
    dir,
    get pid() {
      return server.pid;
    },
    log: () => server.output,
    kill: (signal) => server.kill(signal),
    async restart() {
      await server.end();
      server = await run(dir, c2sPort, componentPort);
    },
    async stop() {
      await server.end();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function run(dir: string, c2sPort: number, componentPort: number): Promise<ServerProcess> {
  const server = new ServerProcess(
    'prosody',
    ['-F', '--config', join(dir, 'prosody.cfg.lua')],
    dir,
    process.env,
  );
  try {
    await server.printed(
      /Activated service 'c2s'|Failed to open server port/,
      /Activated service 'component'|Failed to open server port/,
    );
    if (/Failed to open server port/.test(server.output)) throw new Error(server.output);
    await streamAnswer(c2sPort, streamHeader('jabber:client', 'localhost'));
    await streamAnswer(componentPort, streamHeader('jabber:component:accept', 'ready.invalid'));
    return server;
  } catch (error) {
    await server.end();
    throw error;
  }
}

function streamHeader(namespace: string, to: string): string {
  return `<stream:stream xmlns='${namespace}' xmlns:stream='http://etherx.jabber.org/streams' to='${to}' version='1.0'>`;
}

/** As mod_auth_internal_plain stores them. */
async function writeUsers(dir: string, users: Readonly<Record<string, string>>): Promise<void> {
  const accounts = join(dir, 'data', 'localhost', 'accounts');
  await mkdir(accounts, { recursive: true });
  for (const [user, password] of Object.entries(users)) {
    const file = [...user].map((char) => (/[a-z0-9]/.test(char) ? char : percent(char))).join('');
    await writeFile(
      join(accounts, `${file}.dat`),
      `return { ["password"] = ${lua(password)}; };\n`,
    );
  }
}

function percent(char: string): string {
  return [...Buffer.from(char)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

function lua(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

function configuration(
  dir: string,
  c2sPort: number,
  componentPort: number,
  options: ProsodyOptions,
): string {
  const components = Object.entries({ 'unused.invalid': 'unused', ...options.components });
  return `
run_as_root = true
data_path = ${lua(join(dir, 'data'))}
pidfile = ${lua(join(dir, 'prosody.pid'))}
certificates = ${lua(dir)}
log = { { levels = { min = "info" }, to = "console" } }
network_backend = "epoll"
interfaces = { "127.0.0.1" }
component_interfaces = { "127.0.0.1" }
c2s_ports = { ${c2sPort} }
c2s_direct_tls_ports = {}
component_ports = { ${componentPort} }
modules_enabled = { "roster", "saslauth", "disco", "ping", "uptime", "version", "time", "carbons", "blocklist" }
modules_disabled = { "s2s", "s2s_auth_certs", "tls" }
authentication = "internal_plain"
storage = "internal"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
${options.settings ?? ''}
VirtualHost "localhost"
${components.map(([domain, secret]) => `Component ${lua(domain)}\n  component_secret = ${lua(secret)}`).join('\n')}
`;
}
