import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { bodyOf, refusalIn } from '../support/clients/client.ts';
import { embeddedRedis } from '../support/embedded-redis.ts';
import { ADMIN, DOMAIN, JULIET, NURSE, POOL_NUMBER, ROMEO } from '../support/house.ts';
import { MAIL, type MailHouse, startMailHouse } from '../support/mail-house.ts';
import { postern } from '../support/postern.ts';
import { ROOT } from '../support/processes.ts';

const NOBODYS_NUMBER = '+12025550199';
/** Texts a day. */
const LIMIT = 5;

let house: MailHouse;
/** As it is in force after the start. */
let written: Config;

interface Config {
  [key: string]: unknown;
  transports: { [key: string]: unknown; config: Record<string, unknown> }[];
}

/** Writes the configuration, changed, and has it read again as an operator would. */
async function reloaded(change: (config: Config) => void) {
  const config = structuredClone(written);
  change(config);
  await writeFile(house.gateway.config, JSON.stringify(config));
  return await postern('reload', '-c', house.gateway.config);
}

/** A new key and certificate in the files that the configuration names. */
function renewCertificate(): void {
  const { dir } = house.gateway;
  const names = ['-subj', `/CN=${MAIL}`, '-keyout', join(dir, 'key'), '-out', join(dir, 'cert')];
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...names], { stdio: 'ignore' });
}

/** What the mail listener shows after STARTTLS. */
async function shown(): Promise<string> {
  const socket = await secured();
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

async function secured() {
  const dialogue = await house.smtp();
  expect(await dialogue.say('STARTTLS')).toMatch(/^220 /);
  const socket = connect({ socket: dialogue.socket, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}

beforeAll(async () => {
  house = await startMailHouse();
  const { gateway } = house;
  written = JSON.parse(await readFile(gateway.config, 'utf8'));
  renewCertificate();
});

afterAll(() => house?.stop());

it('who would get an address that somebody has registered: nothing changes, not even the rest of the file', async () => {
  const { carrier } = house;
  const nurse = await house.client(NURSE);
  nurse.send(`help@${DOMAIN}`, 'register');
  await nurse.waitFor((stanza) => bodyOf(stanza)?.includes(POOL_NUMBER) === true);
  const { code, output } = await reloaded((config) => {
    const accounts = { [JULIET.jid]: { number: POOL_NUMBER } };
    Object.assign(config.transports[0] ?? {}, { accounts, dailyLimit: 1 });
  });
  expect(output).toContain('goes on with the configuration before');
  expect(output).toContain(`${NURSE.jid} has registered it`);
  expect(code).toBe(1);
  const juliet = await house.client();
  for (const body of ['one', 'two']) juliet.send(`${ROMEO}@${DOMAIN}`, body);
  const [two] = await carrier.wait({ body: 'two', count: 1 });
  expect(two?.from).toBe(JULIET.number);
  nurse.send(`help@${DOMAIN}`, 'unregister');
  await nurse.waitFor((stanza) => bodyOf(stanza)?.includes('not registered') === true);
});

it('where Redis refuses what one transport has to write, none changes, and it is said so', async () => {
  const { carrier } = house;
  const { redis, close } = embeddedRedis(house.gateway.dir);
  onTestFinished(close);
  await redis.config('SET', 'min-replicas-to-write', 1);
  const { code, output } = await reloaded((config) => {
    config.admins = [NURSE.jid];
    const [sms, mail] = config.transports;
    const accounts = { [JULIET.jid]: { number: NOBODYS_NUMBER } };
    Object.assign(sms ?? {}, { accounts, dailyLimit: 1 });
    Object.assign(mail ?? {}, { access: ['nobody@elsewhere.invalid'] });
  });
  await redis.config('SET', 'min-replicas-to-write', 0);
  expect(output).toContain('goes on with the configuration before');
  expect(code).toBe(1);
  const juliet = await house.client();
  juliet.send(`somebody\\40far.example@${MAIL}`, 'mail is open to her');
  await house.mailWith('mail is open to her');
  juliet.send(`${ROMEO}@${DOMAIN}`, 'three');
  const [three] = await carrier.wait({ body: 'three', count: 1 });
  expect(three?.from).toBe(JULIET.number);
});

it('what can change while it runs changes, and no connection is broken', async () => {
  const { carrier, gateway } = house;
  const [juliet, nurse, ops] = await Promise.all([
    house.client(),
    house.client(NURSE),
    house.client(ADMIN),
  ]);
  nurse.send(`${ROMEO}@${DOMAIN}`, 'too early', { id: 'early' });
  expect(refusalIn(await nurse.waitFor(({ attrs }) => attrs.id === 'early')).condition).toBe(
    'registration-required',
  );
  const mailer = await house.smtp();
  expect(await mailer.say('STARTTLS')).toMatch(/^50/);

  const { code, output } = await reloaded((config) => {
    config.log = { level: 'debug' };
    config.admins = [NURSE.jid];
    const [sms, mail] = config.transports;
    Object.assign(sms ?? {}, {
      accounts: { [JULIET.jid]: { number: JULIET.number }, [NURSE.jid]: { number: POOL_NUMBER } },
      dailyLimit: LIMIT,
    });
    Object.assign(mail?.config ?? {}, {
      tls: {
        key: { file: join(gateway.dir, 'key') },
        cert: { file: join(gateway.dir, 'cert') },
      },
    });
    written = config;
  });
  expect(output).toContain('changed: ');
  expect(code).toBe(0);

  // Accounts.
  nurse.send(`${ROMEO}@${DOMAIN}`, 'by an account of the configuration');
  await carrier.wait({ body: 'by an account of the configuration', count: 1 });
  // Administrators.
  await carrier.text({ from: ROMEO, to: NOBODYS_NUMBER, body: 'for whoever is in charge' });
  await nurse.waitFor((stanza) => bodyOf(stanza)?.includes('in charge') === true);
  expect(ops.rest.map(bodyOf).join()).not.toContain('in charge');
  // Limits: what was counted stays counted.
  for (let n = 1; n < LIMIT; n++) nurse.send(`${ROMEO}@${DOMAIN}`, `within ${n}`);
  nurse.send(`${ROMEO}@${DOMAIN}`, 'beyond', { id: 'beyond' });
  const beyond = await nurse.waitFor(
    ({ attrs }) => attrs.id === 'beyond' && attrs.type === 'error',
  );
  expect(refusalIn(beyond).text).toContain(`${LIMIT}`);
  // Certificates.
  const before = await shown();
  const lasting = await secured();
  renewCertificate();
  gateway.program.signal('SIGHUP');
  await gateway.program.printed(({ changed }) => changed === 'transports.mail.config.tls');
  expect(await shown()).not.toBe(before);
  lasting.write('NOOP\r\n');
  expect(String((await once(lasting, 'data'))[0])).toMatch(/^250 /);
  lasting.destroy();
  expect(await mailer.say('NOOP')).toMatch(/^250 /);
  // The level of the log.
  await gateway.program.printed(({ level, msg }) => level === 'debug' && msg === 'step');
  expect(gateway.output).not.toContain('xmpp offline');
  juliet.send(`${ROMEO}@${DOMAIN}`, 'the end');
  await carrier.wait({ body: 'the end', count: 1 });
});

it('a file that is broken changes nothing: the place is told, and what stays', async () => {
  const { carrier, gateway } = house;
  await writeFile(gateway.config, 'xmpp: {\n  secret: [\n');
  gateway.program.signal('SIGHUP');
  const line = await gateway.program.printed(({ problem }) => problem !== undefined);
  expect(line).toMatchObject({ level: 'error', msg: expect.stringContaining('stays in force') });
  expect(line.problem).toContain(`${gateway.config}:`);
  // The command reads it itself, and leaves the gateway alone.
  const { code, output } = await postern('reload', '-c', gateway.config);
  expect(output).toContain(`${gateway.config}:`);
  expect(code).toBe(78);

  const taken = await reloaded((config) => {
    const [sms] = config.transports;
    Object.assign(sms ?? {}, { dailyLimit: 'many', accounts: {} });
  });
  expect(taken.code).toBe(78);
  const juliet = await house.client();
  juliet.send(`${ROMEO}@${DOMAIN}`, 'as before');
  await carrier.wait({ body: 'as before', count: 1 });
});

it('what needs a restart is named, and is served as it was; the rest of the file holds', async () => {
  const { carrier, gateway } = house;
  const { code, output } = await reloaded((config) => {
    const [sms, mail] = config.transports;
    Object.assign(config, { durability: 'relaxed', transports: [sms] });
    Object.assign(sms ?? {}, { deadline: '3h', dailyLimit: 500, perMinute: 500 });
    Object.assign(sms?.config ?? {}, { maxSegments: 3 });
    expect(mail).toBeDefined();
  });
  for (const name of [
    'durability',
    'transports.mail (taken out',
    'transports.sms.deadline',
    'transports.sms.config.maxSegments',
  ]) {
    expect(output).toContain(`needs a restart: ${name}`);
  }
  expect(output).toContain('changed: transports.sms.dailyLimit, transports.sms.perMinute');
  expect(code).toBe(0);
  await gateway.program.printed(({ setting }) => setting === 'durability');
  const nurse = await house.client(NURSE);
  nurse.send(`${ROMEO}@${DOMAIN}`, 'the limit is higher');
  await carrier.wait({ body: 'the limit is higher', count: 1 });
  const mailer = await house.smtp();
  expect(await mailer.say('NOOP')).toMatch(/^250 /);
});

it('who is in the file no more has no account', async () => {
  const { gateway } = house;
  const { code } = await reloaded((config) => {
    Object.assign(config.transports[0] ?? {}, {
      accounts: { [JULIET.jid]: { number: JULIET.number } },
    });
  });
  expect(code).toBe(0);
  const nurse = await house.client(NURSE);
  nurse.send(`${ROMEO}@${DOMAIN}`, 'too late', { id: 'late' });
  const late = await nurse.waitFor(({ attrs }) => attrs.id === 'late');
  expect(refusalIn(late).condition).toBe('registration-required');
  expect(gateway.output).not.toContain('xmpp offline');
});

it('without a gateway the command says that there is none', async () => {
  await house.gateway.program.end();
  const { code, output } = await postern('reload', '-c', house.gateway.config);
  expect(output).toContain('No Postern');
  expect(code).toBe(69);
});

it('in a terminal the signal reads it again, too; when the terminal closes, the gateway ends', async () => {
  const { config } = house.gateway;
  await writeFile(config, JSON.stringify(written));
  const start = `exec ${process.execPath} --conditions=source src/cli/main.ts start -c ${config} >&3`;
  const terminal = spawn('script', ['-qc', start, '/dev/null'], {
    cwd: ROOT,
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
  });
  // Closed when nobody can write to it any more.
  const lines = createInterface({ input: terminal.stdio[3] as Readable });
  const said: string[] = [];
  let hasBegun = false;
  for await (const line of lines) {
    const { msg } = JSON.parse(line) as { msg: string };
    said.push(msg);
    if (msg === 'started' && !hasBegun) {
      hasBegun = true;
      await reloaded((changed) => Object.assign(changed, { log: { level: 'info' } }));
    }
    if (msg === 'the configuration was read again') terminal.kill('SIGKILL');
  }
  expect(said.slice(said.indexOf('the configuration was read again'))).toEqual(
    expect.arrayContaining(['ending', 'ended']),
  );
});
