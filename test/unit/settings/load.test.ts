import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Desk, ENVIRONMENT, paper, small } from './paper.ts';

let desk: Desk;
beforeAll(() => {
  desk = new Desk();
});
afterAll(() => desk.remove());

const load = (text: string, more: Readonly<Record<string, string>> = {}) =>
  desk.load(text, { ...ENVIRONMENT, ...more });

const first = async (...args: Parameters<typeof load>) => {
  const [transport] = (await load(...args)).transports;
  if (transport === undefined) throw new Error('there is a transport in every configuration');
  return transport;
};

test('the smallest configuration', async () => {
  const { transports, ...settings } = await load(small());
  expect(settings).toEqual({
    file: desk.file,
    state: `${desk.folder}/state`,
    admins: [],
    redis: { kind: 'embedded', maxMemoryBytes: 256 * 1024 ** 2 },
    durability: 'always',
    http: undefined,
    admin: undefined,
    log: { level: 'info' },
    secrets: [ENVIRONMENT.XMPP, ENVIRONMENT.WHISTLE],
    warnings: [],
  });
  expect(transports).toEqual([
    {
      id: 'post',
      use: 'paper',
      domain: 'post.example.org',
      definition: paper,
      config: { carrier: 'pigeon', whistle: ENVIRONMENT.WHISTLE, loft: { birds: 3 } },
      accounts: new Map(),
      access: ['example.org'],
      xmpp: {
        server: 'example.org',
        connect: { host: '127.0.0.1', port: 5347 },
        tls: false,
        secret: ENVIRONMENT.XMPP,
      },
      dailyLimit: 500,
      perMinute: 30,
      keepRooms: false,
      archiveRooms: true,
      unknownOutcome: 'fail',
      deadlineMs: undefined,
    },
  ]);
});

test('every other setting', async () => {
  const text = `
admins: [OPS@Example.org]
access: [Example.net, juliet@example.org]
redis: unix:redis.sock
durability: relaxed
state: /var/lib/postern
http: { listen: "[::1]:0", publicUrl: https://gw.example.org/postern }
admin: { listen: 127.0.0.1:8481 }
log: { level: debug }
${small(`    accounts: { Juliet@example.org: { box: "12" } }
    access: [example.com, juliet@example.org]
    xmpp: { server: other.example, tls: true }
    dailyLimit: 7
    perMinute: 8
    unknownOutcome: resend
    deadline: 4h`)}`;
  const { transports, ...settings } = await load(text);
  expect(settings).toMatchObject({
    admins: ['ops@example.org'],
    redis: { kind: 'url', url: `unix:${desk.folder}/redis.sock` },
    durability: 'relaxed',
    state: '/var/lib/postern',
    http: {
      listen: { host: '::1', port: 0 },
      publicUrl: new URL('https://gw.example.org/postern/'),
    },
    admin: { listen: { host: '127.0.0.1', port: 8481 } },
    log: { level: 'debug' },
  });
  expect(transports[0]).toMatchObject({
    accounts: new Map([['juliet@example.org', { box: '12' }]]),
    access: ['example.com', 'juliet@example.org'],
    xmpp: {
      server: 'other.example',
      connect: { host: '127.0.0.1', port: 5347 },
      tls: true,
      secret: ENVIRONMENT.XMPP,
    },
    dailyLimit: 7,
    perMinute: 8,
    unknownOutcome: 'resend',
    deadlineMs: 4 * 3_600_000,
  });
});

test("who may use a transport: its own list, the gateway's, or its server", async () => {
  const other = '    xmpp: { server: other.example }';
  expect((await first(small(other))).access).toEqual(['other.example']);
  expect((await first(small(`${other}\naccess: [a.example]`))).access).toEqual(['a.example']);
});

test('the settings can not be changed', async () => {
  const settings = await load(small());
  const transport = settings.transports[0];
  const config = transport?.config as { readonly loft: object };
  for (const part of [settings, settings.transports, transport, config, config.loft]) {
    expect(part).toSatisfy(Object.isFrozen);
  }
});

describe('text that stands elsewhere', () => {
  const fromFile = (name: string) => small('', `{ carrier: pigeon, whistle: { file: ${name} } }`);

  test('in a file beside the configuration', async () => {
    desk.write('secrets/whistle', 'a long whistle\r\n');
    expect((await first(fromFile('secrets/whistle'))).config).toMatchObject({
      whistle: 'a long whistle',
    });
  });

  test.each([
    ['missing', undefined, /The file .* can not be read \(ENOENT\)\.$/],
    ['empty', '\n', /The file .* is empty\.$/],
    ['huge', 'x'.repeat(65_537), /The file .* is larger than 64 KiB\.$/],
  ])('a file that is %s', async (name, text, problem) => {
    if (text !== undefined) desk.write(name, text);
    await expect(load(fromFile(name))).rejects.toThrow(problem);
  });

  test('not in a device, which might never end', async () => {
    await expect(load(fromFile('/dev/zero'))).rejects.toThrow(/is not a regular file\.$/);
  });

  test('but not the name of the adapter', async () => {
    const text = small().replace('use: paper', 'use: { env: USE }');
    await expect(load(text, { USE: 'paper' })).rejects.toThrow(
      /transports\.0\.use can not be used\. Write its name here itself\.$/,
    );
  });
});

describe('variables', () => {
  test('override, add, and are read as what the setting is', async () => {
    const { admins, log, transports } = await load(small(), {
      POSTERN__XMPP__CONNECT: 'localhost:1',
      POSTERN__ADMINS__0: 'ops@example.org',
      POSTERN__ADMINS__1: 'ops2@example.org',
      POSTERN__LOG__LEVEL: 'warn',
      POSTERN__TRANSPORTS__POST__DAILY_LIMIT: '9',
      POSTERN__TRANSPORTS__0__XMPP__TLS: 'true',
      POSTERN__TRANSPORTS__POST__CONFIG__LOFT__BIRDS: '5',
    });
    expect(admins).toEqual(['ops@example.org', 'ops2@example.org']);
    expect(log.level).toBe('warn');
    expect(transports[0]).toMatchObject({
      dailyLimit: 9,
      config: { loft: { birds: 5 } },
      xmpp: { connect: { host: 'localhost', port: 1 }, tls: true },
    });
  });

  test('stand for a source that can not be read', async () => {
    const { config } = await first(small(), {
      WHISTLE: '',
      POSTERN__TRANSPORTS__POST__CONFIG__WHISTLE: 'a whistle from a variable',
    });
    expect(config).toMatchObject({ whistle: 'a whistle from a variable' });
  });
});

describe('warnings', () => {
  const warnings = async (...args: Parameters<typeof load>) =>
    (await load(...args)).warnings.map((each) => each.replaceAll(`${desk.folder}/`, ''));
  const inTheOpen = small('', '{ carrier: pigeon, whistle: in-the-open }');

  test('a secret in the file', async () => {
    expect(await warnings(inTheOpen)).toEqual([
      'postern.yaml:6:41  transports.0.config.whistle stands here in the open. Better  { file: … }  or  { env: … }',
    ]);
  });

  test('that everybody can read', async () => {
    desk.write('postern.yaml', inTheOpen, 0o644);
    const [, second] = (await desk.loadAgain(ENVIRONMENT)).warnings;
    expect(second).toMatch(
      /postern\.yaml:1:1 {2}Everybody can read this file and the secrets in it\./,
    );
  });

  test('a secret file that everybody can read', async () => {
    desk.write('open', 'a long whistle', 0o644);
    expect(await warnings(small('', '{ carrier: pigeon, whistle: { file: open } }'))).toEqual([
      'postern.yaml:6:41  transports.0.config.whistle: everybody can read open. Run  chmod 600 open',
    ]);
  });

  test('not a secret from a variable, or in a file for a group', async () => {
    desk.write('group', 'a long whistle', 0o640);
    const text = small('', '{ carrier: pigeon, whistle: { file: group } }');
    expect(await warnings(text, { POSTERN__XMPP__SECRET: 'from-a-variable' })).toEqual([]);
  });

  test('an account without access', async () => {
    const text = small('    accounts: { romeo@example.net: { box: "1" } }');
    expect(await warnings(text)).toEqual([
      'postern.yaml:7:15  romeo@example.net has an account, but access does not let him use it.',
    ]);
  });

  test('the password of Redis is a secret', async () => {
    const { secrets } = await load(small('redis: { env: REDIS }'), {
      REDIS: 'rediss://:p%40ss-word@redis.example',
    });
    expect(secrets).toEqual(expect.arrayContaining(['p%40ss-word', 'p@ss-word']));
  });
});
