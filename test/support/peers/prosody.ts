/** A real Prosody on 127.0.0.1: a host `localhost`, its users, its external components. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ServerPlace,
  ServerProcess,
  startServer,
  streamAnswer,
  type XmppServer,
} from './xmpp-server.ts';

export interface ProsodyOptions {
  /** Domain of each external component to its secret. */
  readonly components?: Readonly<Record<string, string>>;
  /** Each user to the password: `juliet` of `localhost`, or `juliet@friend.localhost`. */
  readonly users?: Readonly<Record<string, string>>;
  /** Further lines of Lua for the global section. */
  readonly settings?: string;
}

/** Resolves when both of its ports answer a stream. */
export function startProsody(options: ProsodyOptions = {}): Promise<XmppServer> {
  return startServer(
    'prosody',
    async (place) => {
      await writeUsers(place.dir, options.users ?? {});
      await writeFile(join(place.dir, 'prosody.cfg.lua'), configuration(place, options));
    },
    run,
  );
}

async function run({ dir, c2sPort, componentPort }: ServerPlace): Promise<ServerProcess> {
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
    await streamAnswer(c2sPort, 'jabber:client', 'localhost');
    await streamAnswer(componentPort, 'jabber:component:accept', 'ready.invalid');
    return server;
  } catch (error) {
    await server.end();
    throw error;
  }
}

/** As mod_auth_internal_plain stores them. */
async function writeUsers(dir: string, users: Readonly<Record<string, string>>): Promise<void> {
  for (const [user, password] of Object.entries(users)) {
    const [node = '', host = 'localhost'] = user.split('@');
    const accounts = join(dir, 'data', fileName(host), 'accounts');
    await mkdir(accounts, { recursive: true });
    await writeFile(
      join(accounts, `${fileName(node)}.dat`),
      `return { ["password"] = ${lua(password)}; };\n`,
    );
  }
}

function fileName(text: string): string {
  return [...text].map((char) => (/[a-z0-9]/.test(char) ? char : percent(char))).join('');
}

function percent(char: string): string {
  return [...Buffer.from(char)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

function lua(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

function configuration(
  { dir, c2sPort, componentPort }: ServerPlace,
  options: ProsodyOptions,
): string {
  const components = Object.entries({ 'unused.invalid': 'unused', ...options.components });
  const hosts = new Set(
    Object.keys(options.users ?? {}).map((user) => user.split('@')[1] ?? 'localhost'),
  );
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
${[...hosts.add('localhost')].map((host) => `VirtualHost ${lua(host)}`).join('\n')}
${components.map(([domain, secret]) => `Component ${lua(domain)}\n  component_secret = ${lua(secret)}`).join('\n')}
`;
}
