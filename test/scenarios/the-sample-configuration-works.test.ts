import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, it } from 'vitest';
import { child } from '../../src/xmpp/xml/element.ts';
import { CARRIER_TOKEN, startCarrier } from '../support/carrier.ts';
import { startLightClient } from '../support/clients/light.ts';
import { startSlixmpp } from '../support/clients/slixmpp.ts';
import { DOMAIN, JULIET, ROMEO, SECRET } from '../support/house.ts';
import { startEjabberd } from '../support/peers/ejabberd.ts';
import { startProsody } from '../support/peers/prosody.ts';
import { freePorts } from '../support/peers/xmpp-server.ts';
import { ROOT } from '../support/processes.ts';

/** The sample has one of every network. */
const TRANSPORTS = 3;
const MAIL_DOMAIN = 'email.localhost';
const IRC_DOMAIN = 'irc.localhost';

const endings: (() => Promise<unknown>)[] = [];

afterAll(async () => {
  for (const end of endings.reverse()) await end();
});

/** What an operator changes in the sample: his domain, his ports, his secrets. */
async function configured(componentPort: number, apiUrl: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'postern-sample-'));
  endings.push(() => rm(dir, { recursive: true, force: true }));
  const [publicPort, adminPort, mailPort] = await freePorts(3);
  const sample = await readFile(join(ROOT, 'config/postern.example.yaml'), 'utf8');
  const changes: readonly (readonly [string | RegExp, string])[] = [
    ['https://gw.example.org', `http://127.0.0.1:${publicPort}`],
    [/example\.org/g, 'localhost'],
    ['127.0.0.1:5347', `127.0.0.1:${componentPort}`],
    ['127.0.0.1:8480', `127.0.0.1:${publicPort}`],
    ['127.0.0.1:8481', `127.0.0.1:${adminPort}`],
    ['127.0.0.1:2525', `127.0.0.1:${mailPort}`],
    ['#apiUrl: https://api.twilio.com', `apiUrl: ${apiUrl}`],
  ];
  const text = changes.reduce((so, [from, to]) => so.replace(from, to), sample);
  await mkdir(join(dir, 'secrets'), { mode: 0o700 });
  await writeFile(join(dir, 'secrets', 'xmpp'), `${SECRET}\n`, { mode: 0o600 });
  await writeFile(join(dir, 'secrets', 'sms-auth-token'), `${CARRIER_TOKEN}\n`, { mode: 0o600 });
  const file = join(dir, 'postern.yaml');
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

/** `npm start -- -c FILE`, in a process group of its own: npm and its shell do not pass signals on. */
async function npmStart(file: string): Promise<void> {
  const npm = spawn('npm', ['start', '--', '-c', file], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(npm, 'close');
  endings.push(async () => {
    if (npm.pid !== undefined && npm.exitCode === null) process.kill(-npm.pid, 'SIGTERM');
    await closed;
  });
  const lines = createInterface(npm.stdout);
  let up = 0;
  const online = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      if (line.includes('"xmpp online"')) up += 1;
      if (up === TRANSPORTS) resolve();
    });
  });
  await Promise.race([online, closed.then(() => Promise.reject(new Error('npm start ended')))]);
}

it.each([
  ['Prosody', startProsody, startSlixmpp],
  ['ejabberd', startEjabberd, startLightClient],
] as const)('npm start with the sample works against %s', async (_, startServer, startClient) => {
  const server = await startServer({
    components: { [DOMAIN]: SECRET, [MAIL_DOMAIN]: SECRET, [IRC_DOMAIN]: SECRET },
    users: { juliet: JULIET.password },
  });
  endings.push(() => server.stop());
  const carrier = await startCarrier([JULIET.number]);
  endings.push(() => carrier.stop());
  await npmStart(await configured(server.componentPort, carrier.url));

  const { jid, password } = JULIET;
  const juliet = await startClient({ jid, password, host: server.host, port: server.c2sPort });
  endings.push(() => juliet.stop());
  juliet.send(`${ROMEO}@${DOMAIN}`, 'from the sample', { id: 'one', receipt: true });
  expect(await carrier.wait({ to: ROMEO, count: 1 })).toMatchObject([{ from: JULIET.number }]);
  await juliet.waitFor((stanza) => child(stanza, 'received', 'urn:xmpp:receipts') !== undefined);
});
