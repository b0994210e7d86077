/**
 * A real ejabberd on 127.0.0.1: a host `localhost`, its users, its external components on one
 * listener. It runs without Erlang distribution: no epmd, no node name, so that any number of them
 * run beside each other.
 */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ServerPlace,
  ServerProcess,
  startServer,
  streamAnswer,
  type XmppServer,
} from './xmpp-server.ts';

export interface EjabberdOptions {
  /** Domain of each external component to its secret. */
  readonly components?: Readonly<Record<string, string>>;
  /** Local part of each user of `localhost` to the password. */
  readonly users?: Readonly<Record<string, string>>;
  /** A PEM file of key and certificate: the component port then speaks TLS from the first byte. */
  readonly componentTls?: string;
}

/** Resolves when its users exist and its ports answer. */
export function startEjabberd(options: EjabberdOptions = {}): Promise<XmppServer> {
  return startServer(
    'ejabberd',
    (place) => writeFile(join(place.dir, 'ejabberd.yml'), configuration(place, options)),
    (place) => run(place, options.users ?? {}, options.componentTls !== undefined),
  );
}

async function run(
  { dir, c2sPort, componentPort }: ServerPlace,
  users: Readonly<Record<string, string>>,
  tls: boolean,
): Promise<ServerProcess> {
  const register = Object.entries(users)
    .map(
      ([user, password]) =>
        `ejabberd_auth:try_register(${erlang(user)},<<"localhost">>,${erlang(password)}),`,
    )
    .join('');
  const server = new ServerProcess(
    'erl',
    [
      ...['-noinput', '+P', '250000', '+S', '1:1'],
      ...['-kernel', 'inetrc', '"/etc/ejabberd/inetrc"'],
      ...['-mnesia', 'dir', `"${join(dir, 'mnesia')}"`],
      ...['-s', 'ejabberd'],
      ...['-eval', `${register}io:format("users are registered~n").`],
    ],
    dir,
    {
      PATH: process.env.PATH,
      HOME: dir,
      ERL_LIBS: '/usr/lib/x86_64-linux-gnu',
      ERL_CRASH_DUMP_BYTES: '0',
      EJABBERD_CONFIG_PATH: join(dir, 'ejabberd.yml'),
      EJABBERD_LOG_PATH: join(dir, 'ejabberd.log'),
    },
  );
  try {
    await server.printed(/users are registered/);
    if (/Failed to open socket|eaddrinuse/.test(server.output)) throw new Error(server.output);
    await streamAnswer(c2sPort, 'jabber:client', 'localhost');
    if (!tls) await streamAnswer(componentPort, 'jabber:component:accept', 'ready.invalid');
    return server;
  } catch (error) {
    await server.end();
    throw error;
  }
}

/** In ASCII: without a locale, Erlang would take the bytes of others for a character each. */
function erlang(text: string): string {
  const literal = [...text].map((char) =>
    /[^ -~]|[\\"]/.test(char) ? `\\x{${char.codePointAt(0)?.toString(16)}}` : char,
  );
  return `<<"${literal.join('')}"/utf8>>`;
}

function configuration({ c2sPort, componentPort }: ServerPlace, options: EjabberdOptions): string {
  const hosts = Object.entries({ 'unused.invalid': 'unused', ...options.components });
  // Without `global_routes: false` every connection of this listener would own every host of it.
  return `
hosts: [localhost]
loglevel: info
auth_method: internal
auth_password_format: plain
listen:
  - port: ${c2sPort}
    ip: 127.0.0.1
    module: ejabberd_c2s
    max_stanza_size: 2097152
  - port: ${componentPort}
    ip: 127.0.0.1
    module: ejabberd_service
    access: all
    global_routes: false
${options.componentTls === undefined ? '' : `    tls: true\n    certfile: ${JSON.stringify(options.componentTls)}`}
    hosts:
${hosts.map(([domain, secret]) => `      ${JSON.stringify(domain)}: { password: ${JSON.stringify(secret)} }`).join('\n')}
modules:
  mod_blocking: {}
  mod_carboncopy: {}
  mod_disco: {}
  mod_last: {}
  mod_offline: {}
  mod_ping: {}
  mod_privacy: {}
  mod_roster: {}
  mod_version: {}
`;
}
