/** A real InspIRCd 3 with its IRCv3 modules on. */

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type IrcServer, startIrcServer } from './irc-server.ts';

export interface InspircdServer extends IrcServer {
  /** TLS, with a certificate of its own for `localhost`. */
  readonly tlsPort: number;
  /** PEM */
  readonly certificate: string;
  /** Where another server may link. */
  readonly linkPort: number;
}

export interface InspircdOptions {
  /** Its name; two that are linked need two. */
  readonly name?: string;
  /** Links to it as it starts. Both have to know the other by name. */
  readonly linkTo?: { readonly name: string; readonly linkPort: number };
  /** Takes a link of the server with this name. */
  readonly linkFrom?: string;
  /** So many points a second are forgiven, and at so many it throws somebody out. A text is one or two. */
  readonly flood?: { readonly perSecond: number; readonly burst: number };
  /** Further lines of its configuration. */
  readonly settings?: string;
  /** Modules beside those of IRCv3. */
  readonly modules?: readonly string[];
  /** Of those of IRCv3, which to leave out. */
  readonly without?: readonly string[];
}

const IRCV3 = [
  ...['cap', 'ircv3', 'ircv3_accounttag', 'ircv3_batch', 'ircv3_capnotify', 'ircv3_chghost'],
  ...['ircv3_ctctags', 'ircv3_echomessage', 'ircv3_labeledresponse', 'ircv3_msgid'],
  ...['ircv3_servertime', 'namesx', 'uhnames', 'services_account', 'chghost'],
];
const run = promisify(execFile);

export async function startInspircd(options: InspircdOptions = {}): Promise<InspircdServer> {
  let tlsPort = 0;
  let linkPort = 0;
  let certificate = '';
  const server = await startIrcServer(
    3,
    async ({ dir, ports: [port = 0, second = 0, third = 0] }) => {
      [tlsPort, linkPort] = [second, third];
      certificate = await makeCertificate(dir);
      const file = join(dir, 'inspircd.conf');
      await writeFile(file, configuration(dir, [port, tlsPort, linkPort], options));
      return {
        command: 'inspircd',
        args: ['--nofork', '--runasroot', '--nopid', `--config=${file}`],
        ready: /InspIRCd is now running/,
      };
    },
  );
  return Object.assign(server, { tlsPort, linkPort, certificate });
}

async function makeCertificate(dir: string): Promise<string> {
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const { stdout } = await run('sh', [
    '-c',
    `openssl req -x509 -newkey rsa:2048 -nodes -keyout ${key} -out ${cert} -days 2 \
      -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null && cat ${cert}`,
  ]);
  return stdout;
}

function configuration(
  dir: string,
  [port, tlsPort, linkPort]: readonly number[],
  options: InspircdOptions,
): string {
  const { name = 'irc.inspircd.example', linkTo, linkFrom, settings = '' } = options;
  const { perSecond, burst } = options.flood ?? { perSecond: 1_000, burst: 100_000 };
  const links = [linkTo?.name, linkFrom].filter((linked) => linked !== undefined);
  const modules = [
    ...IRCV3.filter((module) => !options.without?.includes(module)),
    ...(options.modules ?? []),
    ...(links.length > 0 ? ['spanningtree'] : []),
    'ssl_gnutls',
  ];
  return `
<server name="${name}" description="A server of the tests" network="Tests">
<admin name="admin" nick="admin" email="admin@inspircd.example">
<dns server="127.0.0.1" timeout="1">
<bind address="127.0.0.1" port="${port}" type="clients">
<bind address="127.0.0.1" port="${tlsPort}" type="clients" ssl="own">
${linkFrom === undefined ? '' : `<bind address="127.0.0.1" port="${linkPort}" type="servers">`}
<sslprofile name="own" provider="gnutls" certfile="${join(dir, 'cert.pem')}" keyfile="${join(dir, 'key.pem')}" hash="sha256">
<connect allow="*" timeout="60" threshold="${burst}" commandrate="${perSecond * 1_000}" fakelag="off" pingfreq="120"
  hardsendq="8388608" softsendq="4194304" recvq="262144" localmax="2000" globalmax="2000"
  limit="5000" maxchans="100" resolvehostnames="no" useident="no">
<cidr ipv4clone="32" ipv6clone="128">
<performance softlimit="5000" clonesonconnect="no">
<security maxtargets="20">
<class name="all" commands="*" usermodes="*" chanmodes="*" privs="*">
<type name="admin" classes="all">
<oper name="admin" password="admin" host="*@*" type="admin">
${links.map((linked) => `<link name="${linked}" ipaddr="127.0.0.1" port="${linkTo?.linkPort ?? 1}" allowmask="127.0.0.0/8" sendpass="link" recvpass="link">`).join('\n')}
${linkTo === undefined ? '' : `<autoconnect period="1" server="${linkTo.name}">`}
${modules.map((module) => `<module name="${module}">`).join('\n')}
${settings}
`;
}
