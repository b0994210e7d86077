import { execFileSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { CARRIER_TOKEN, startCarrier } from '../support/carrier.ts';
import { bodyOf } from '../support/clients/client.ts';
import { startLightClient } from '../support/clients/light.ts';
import { FaultProxy } from '../support/faults/proxy/proxy.ts';
import { startGateway } from '../support/gateway.ts';
import { DOMAIN, JULIET, POOL_NUMBER, ROMEO, smsTransport } from '../support/house.ts';
import { startEchoingIrc, startEchoingSmarthost } from '../support/peers/echoing.ts';
import { startProsody } from '../support/peers/prosody.ts';
import { startRedis } from '../support/peers/redis.ts';
import { startSmtp } from '../support/peers/smtp-dialogue.ts';
import { freePorts } from '../support/peers/xmpp-server.ts';
import { postern } from '../support/postern.ts';

/** The word is in every secret, every text, every subject and every name. */
const SECRETS = {
  xmpp: 'xmpp-canary-2f7a1c',
  redis: 'redis-canary/5+e=9d',
  token: 'second-canary-77aa01',
  smarthost: 'smarthost-canary-0b1c2d',
  pass: 'pass-canary-c0ffee',
  sasl: 'sasl-canary-f00d11',
  key: 'key of a library: canary',
} as const;
const TEXT = 'a canary sings\n{"level":50}\u2028 of things';
const WILD = `${TEXT} \u001b[31m`;
const WORD = 'canary';

const begun: { stop(): unknown }[] = [];

afterEach(async () => {
  for (const each of begun.splice(0).toReversed()) await each.stop();
});

async function running<T extends { stop(): unknown }>(starting: Promise<T>): Promise<T> {
  const one = await starting;
  begun.push(one);
  return one;
}

/** PEM, each in one text. */
function keys() {
  const dir = mkdtempSync(join(tmpdir(), 'postern-canaries-'));
  begun.push({ stop: () => rmSync(dir, { recursive: true }) });
  const files = ['-keyout', join(dir, 'key'), '-out', join(dir, 'cert')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...names, ...files], { stdio: 'ignore' });
  return {
    key: readFileSync(join(dir, 'key'), 'utf8'),
    cert: readFileSync(join(dir, 'cert'), 'utf8'),
  };
}

/** As it may stand in a line: as it is, in base64 at any place, in hex, percent-encoded. */
function formsOf(text: string): string[] {
  const bases = ['', 'a', 'ab'].map((before) => {
    const base = Buffer.from(before + text)
      .toString('base64')
      .replace(/=+$/, '');
    // What stands beside it has a part in the first and the last characters.
    return base.slice(before.length === 0 ? 0 : before.length + 1, -2);
  });
  const hex = Buffer.from(text).toString('hex');
  return [text, encodeURIComponent(text), hex, ...bases].filter((form) => form.length > 5);
}

const lines = (pem: string) => pem.split('\n').filter((line) => line.length > 30);

it('at the level that shows most, whatever goes wrong, nothing that Postern says has a secret, or a word of a message', async () => {
  const tls = keys();
  const [mailPort = 0] = await freePorts(1);
  const domains = [DOMAIN, 'mail.localhost', 'irc.localhost', 'faulty.localhost'];
  const [server, carrier, redis, smarthost, irc] = await Promise.all([
    running(
      startProsody({
        components: Object.fromEntries(domains.map((domain) => [domain, SECRETS.xmpp])),
        users: { juliet: JULIET.password },
      }),
    ),
    running(startCarrier([JULIET.number, POOL_NUMBER])),
    running(startRedis({ args: ['--requirepass', SECRETS.redis] })),
    running(startEchoingSmarthost()),
    running(startEchoingIrc(tls)),
  ]);
  const link = await running(FaultProxy.start({ path: redis.socket }));
  const sms = smsTransport(carrier.url);
  const common = { dailyLimit: 100_000, perMinute: 100_000 };
  const gateway = await running(
    startGateway({
      config: {
        log: { level: 'debug' },
        xmpp: {
          server: 'localhost',
          connect: `127.0.0.1:${server.componentPort}`,
          secret: SECRETS.xmpp,
        },
        redis: `redis://:${encodeURIComponent(SECRETS.redis)}@127.0.0.1:${link.port}`,
        transports: [
          { ...sms, config: { ...Object(sms.config), secondAuthToken: SECRETS.token } },
          {
            ...{ id: 'mail', use: 'email', domain: 'mail.localhost', ...common },
            config: {
              listen: `127.0.0.1:${mailPort}`,
              verify: 'off',
              smarthost: `smtp://127.0.0.1:${smarthost.port}`,
              login: { user: 'postern', password: SECRETS.smarthost },
              dkim: { selector: 'p1', key: tls.key },
              tls,
            },
            accounts: { [JULIET.jid]: { address: 'juliet' } },
          },
          {
            ...{ id: 'irc', use: 'irc', domain: 'irc.localhost', ...common },
            config: {
              servers: {
                verona: {
                  host: 'localhost',
                  port: irc.port,
                  ca: tls.cert,
                  password: SECRETS.pass,
                },
              },
            },
            accounts: {
              [JULIET.jid]: {
                name: JULIET.jid,
                nick: 'juliet',
                sasl: { verona: { user: 'juliet', password: SECRETS.sasl } },
              },
            },
          },
          {
            ...{ id: 'faulty', domain: 'faulty.localhost', ...common },
            use: new URL('../fixtures/adapters/faulty.ts', import.meta.url).pathname,
            config: { key: SECRETS.key },
            accounts: { [JULIET.jid]: { address: 'juliet' } },
          },
        ],
      },
    }),
  );
  await carrier.inboundUrl(`${gateway.httpUrl}/hooks/sms/message`);
  await gateway.ready();
  const { host, c2sPort: port } = server;
  const juliet = await running(startLightClient({ ...JULIET, host, port }));
  const failed = (id: string) =>
    juliet.waitFor(({ attrs }) => attrs.id === id && attrs.type === 'error');
  const heard = (text: string) =>
    juliet.waitFor((stanza) => bodyOf(stanza)?.includes(text) === true);

  // SMS: what goes well, what is refused, what nobody answers, what is forged or malformed.
  juliet.send(`${ROMEO}@${DOMAIN}`, TEXT);
  await carrier.wait({ to: ROMEO, count: 1 });
  await carrier.mode({ next: [{ mode: 'refuse', code: 21211 }, 'drop-after', 'unavailable'] });
  juliet.send(`${ROMEO}@${DOMAIN}`, TEXT, { id: 'refused' });
  await failed('refused');
  juliet.send(`${ROMEO}@${DOMAIN}`, TEXT);
  await carrier.wait({ attempts: 3 });
  await carrier.text({ from: ROMEO, to: JULIET.number, body: `${WILD} in` });
  await heard(' in');
  const hook = `${gateway.httpUrl}/hooks/sms/message`;
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  for (const body of [`Body=${WORD}&From=%ZZ${WORD}`, `{"Body":"${WORD}"`, WORD.repeat(20_000)]) {
    const signature = createHmac('sha1', CARRIER_TOKEN).update(`${hook}${body}`).digest('base64');
    const headers = { ...form, 'x-twilio-signature': signature, 'user-agent': WORD };
    const answer = await fetch(`${hook}?${WORD}=1`, { method: 'POST', headers, body });
    expect(answer.status).toBeGreaterThan(399);
  }

  // Mail: a smarthost that repeats the password, then the text; mails that are strange.
  juliet.send('bob\\40example.com@mail.localhost', TEXT, { id: 'mailed' });
  await gateway.program.printed(({ state }) => state === 'bad-credentials');
  smarthost.admit();
  const queue = await postern('queue', JULIET.jid, '--json', '-c', gateway.config);
  const waiting = queue.output.match(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g) ?? [];
  await postern('queue', 'retry', ...waiting, '-c', gateway.config);
  await failed('mailed');
  const dialogue = await startSmtp(mailPort);
  const head = `From: "${WORD}" <bob@example.com>\r\nSubject: ${WORD}\r\n`;
  for (const [n, mail] of [
    `${head}\r\n${WILD}`,
    `${head}Content-Type: multipart/mixed; boundary="${WORD}"\r\n\r\n--${WORD}\r\nContent-Type: ${WORD}\r\n\r\n${WILD}`,
    `${head}From: ${WORD}\r\n\r\n${WILD}`,
    `${head}Content-Type: text/plain; charset=${WORD}\r\nContent-Transfer-Encoding: base64\r\n\r\n????${WORD}`,
  ].entries()) {
    await dialogue.mail(`bob${n}@example.com`, ['juliet@mail.localhost'], mail);
  }
  await dialogue.say(`XCLIENT NAME=${WORD}`);
  dialogue.end();
  await heard(WORD);

  // IRC: TLS and SASL to a server that repeats both.
  juliet.raw(
    `<presence to='#verona%verona@irc.localhost/juliet'><x xmlns='http://jabber.org/protocol/muc'><password>${WORD}</password></x></presence>`,
  );
  await irc.refused;
  juliet.send('romeo%verona@irc.localhost', TEXT);

  // Redis goes away in the middle, and comes back.
  link.reset();
  juliet.send(`${ROMEO}@${DOMAIN}`, TEXT);
  await carrier.wait({ attempts: 4, seconds: 60 });

  // A library whose errors carry what they know: caught, and then not.
  const sent = (peer: string) => juliet.send(`${peer}@faulty.localhost`, TEXT, { id: peer });
  for (const peer of ['thrown', 'parsed', 'text']) sent(peer);
  const codes: (number | null)[] = [];
  for (const peer of ['uncaught', 'rejected', 'nothing']) {
    sent(peer);
    codes.push(await gateway.program.exited());
    await gateway.restart();
    await gateway.ready();
  }
  expect(codes).toEqual([70, 70, 70]);
  expect(gateway.output).toContain('faulty.ts:');

  // What is asked for.
  const asked = [['queue'], ['queue', 'parked', '--json'], ['why', JULIET.jid, '--last', '20']];
  const told = await Promise.all(asked.map((words) => postern(...words, '-c', gateway.config)));
  const answers = told.map(({ output }) => output);
  answers.push(await (await fetch(`http://127.0.0.1:${gateway.adminPort}/readyz`)).text());

  // The server goes, too.
  await server.kill('SIGKILL');
  juliet.send(`${ROMEO}@${DOMAIN}`, TEXT);
  await gateway.program.printed(({ msg }) => msg === 'xmpp offline');
  await gateway.program.end();

  const said = [gateway.output, ...answers].join('\n');
  expect(gateway.output.length).toBeLessThan(400_000);
  const digest = createHash('sha1').update(SECRETS.xmpp).digest('hex');
  const forbidden = [...Object.values(SECRETS), WORD, CARRIER_TOKEN].flatMap(formsOf);
  const shown = [...forbidden, digest, ...lines(tls.key)].filter((form) => said.includes(form));
  const where = said.split('\n').filter((line) => shown.some((form) => line.includes(form)));
  expect(where, shown.join(' ')).toEqual([]);

  // One line an event, in which nothing can be mistaken for another one.
  for (const line of gateway.output.split('\n').filter((each) => each !== '')) {
    expect(JSON.parse(line)).toMatchObject({
      level: expect.any(String),
      msg: expect.any(String),
    });
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
  expect(said).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/);
});
