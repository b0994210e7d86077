import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSettings } from '../../../src/settings/load.ts';
import { formatProblems, SettingsError } from '../../../src/settings/problem.ts';
import { Desk, ENVIRONMENT, small } from './paper.ts';

let desk: Desk;
beforeAll(() => {
  desk = new Desk();
});
afterAll(() => desk.remove());

const problems = (text: string, more: Readonly<Record<string, string>> = {}) =>
  desk.problems(text, { ...ENVIRONMENT, ...more });

/** The gateway's part, then the transport's, on lines that the cases below can count. */
const gateway = (lines: string) => `${lines}\n${small()}`;
const transport = (lines: string) => small(lines);
const config = (text: string) => small('', text);

describe('the file itself', () => {
  test('that does not exist', async () => {
    const options = { environment: {}, loadAdapter: () => Promise.reject(new Error('none')) };
    await expect(loadSettings(`${desk.folder}/none.yaml`, options)).rejects.toThrow(
      /none\.yaml:1:1 {2}The configuration can not be read \(ENOENT\)\.$/,
    );
  });

  test.each([
    ['tabs', 'xmpp:\n\tserver: a', '2:1  Indent with spaces: YAML forbids tabs here.'],
    ['a key twice', 'a: 1\na: 2', '2:1  This key is written twice in one block. Keep one.'],
    [
      'two colons',
      'a: b: c',
      '1:4  There are two ": " in one line. Put text that contains one in quotes.',
    ],
    [
      'a line that is indented deeper than its block',
      'xmpp:\n  server: a\n   secret: b\n   tls: true',
      '2:11  The indentation is wrong: this key has a value, and the line below it is indented deeper. Keys of one block begin in the same column.',
    ],
    [
      'a line that is indented less than its entry in a list',
      'transports:\n  - id: a\n   use: b\n    domain: c',
      '3:1  The indentation is wrong: this line is indented less than the keys of its entry in the list. They begin in the column of the first one, behind the "- ".',
    ],
    ['no space behind a colon', 'a:1\nb: 2', '1:1  A space is missing behind the colon.'],
    ['no colon', 'a 1\nb: 2', '1:1  This line is not of the form  key: value.'],
    ['a list', '- a', '1:1  The configuration must be a mapping: lines of the form  key: value.'],
    [
      'an alias of nothing',
      'xmpp: *canary',
      '1:7  No anchor has this name. Put text that begins like this in quotes.',
    ],
    [
      'a tag',
      'xmpp: !canary x',
      '1:7  This tag is not known. Put text that begins with ! in quotes.',
    ],
    [
      'two documents',
      'a: 1\n---\nb: 2',
      '2:1  A second document begins here (---). Only one is read.',
    ],
  ])('%s', async (_, text, problem) => {
    expect(await problems(text)).toEqual([`postern.yaml:${problem}`]);
  });

  test('an alias that contains itself ends', async () => {
    expect(await problems('a: &a { b: *a }')).toEqual([
      expect.stringContaining('too large or too deep'),
    ]);
  });
});

describe('the gateway', () => {
  test.each([
    ['xmmp: 1', '1:1  xmmp is not a setting. Did you mean xmpp?'],
    ['public_url: 1', '1:1  public_url is not a setting.'],
    ['__proto__: { a: 1 }', '1:1  __proto__ is not a setting.'],
    ['durability: alwys', '1:13  durability must be always or relaxed. Did you mean always?'],
    ['log: { level: 3 }', '1:15  log.level must be debug, info, warn or error.'],
    ['log: debug', '1:6  log must be a block of keys.'],
    ['admins: ops@example.org', '1:9  admins must be a list.'],
    [
      'admins: [example.org]',
      '1:10  admins.0 must be the address of a user, like ops@example.org.',
    ],
    ['access: ["a b"]', '1:10  access.0: The domain is not a valid host name.'],
    ['http: {}', '1:1  http.listen is missing. Write for example  listen: 127.0.0.1:8480'],
    [
      'http: { listen: 8480 }',
      '1:17  http.listen must be text. Put it in quotes. Write for example  listen: 127.0.0.1:8480',
    ],
    [
      'http: { listen: "[::1]:1", publicUrl: "https://u:p@a.example" }',
      '1:39  http.publicUrl must be a http or https address without query and password.',
    ],
    [
      'admin: { listen: "0.0.0.0:1" }',
      '1:18  admin.listen is open to other machines, without a password. Use 127.0.0.1 or, behind something that guards it, write  insecure: allow everyone who reaches 0.0.0.0',
    ],
    [
      'redis: http://canary-redis@a',
      '1:8  redis must be embedded, or an address like redis://127.0.0.1:6379 or unix:/run/redis/redis.sock.',
    ],
    ['redis: [a]', '1:9  redis.0 must be host:port.'],
    [
      'redis: { embedded: { maxMemory: 1MiB } }',
      '1:33  redis.embedded.maxMemory must be a size of at least 16MiB, like 256MiB or 1GiB.',
    ],
    [
      'redis: { adress: redis://127.0.0.1 }',
      '1:10  redis.adress is not a setting. Did you mean address?',
    ],
  ])('%s', async (lines, problem) => {
    expect(await problems(gateway(lines))).toEqual([
      expect.stringMatching(new RegExp(`^${literal(`postern.yaml:${problem}`)}`)),
    ]);
  });

  test('two listeners in one place', async () => {
    const lines = 'http: { listen: "127.0.0.1:1" }\nadmin: { listen: "127.0.0.1:1" }';
    expect(await problems(gateway(lines))).toEqual([
      'postern.yaml:2:18  admin.listen is where http listens already.',
    ]);
  });
});

describe('the server', () => {
  const xmpp = (keys: string) => small().replace(/xmpp: .*/, `xmpp: { ${keys} }`);

  test.each([
    [
      'server: example.org',
      '1:1  xmpp.secret is missing. Write for example  secret: { file: secrets/xmpp }',
    ],
    [
      'server: a@b, secret: { env: XMPP }',
      '1:17  xmpp.server must be a domain alone, without @ and /.',
    ],
    [
      'server: a, secret: { file: a, env: XMPP }',
      '1:28  xmpp.secret must be text. Name one source of it: file or env.',
    ],
    ['server: a, secret: { env: NONE }', '1:28  The environment variable NONE is not set.'],
    ['server: a, secret: short', '1:28  xmpp.secret must have at least 8 characters.'],
    [
      'server: a, secret: pass,word',
      '1:33  xmpp has no setting of this name. Put text with a comma in quotes.',
    ],
    [
      'server: a, secret: { env: XMPP }, connect: "127.0.0.1:0"',
      '1:52  xmpp.connect must be host:port, like 127.0.0.1:5347.',
    ],
    [
      'server: a, secret: { env: XMPP }, connect: "10.0.0.5:5347", insecure: yes',
      '1:52  xmpp.connect leads to another machine without TLS. Write  tls: true  or, on a network that you trust,  insecure: allow plain TCP to 10.0.0.5',
    ],
  ])('%s', async (keys, problem) => {
    const found = await problems(xmpp(keys));
    expect(found).toContainEqual(
      expect.stringMatching(new RegExp(`^${literal(`postern.yaml:${problem}`)}`)),
    );
  });

  test.each(['tls: true', 'insecure: allow plain TCP to 10.0.0.5'])(
    'beyond this machine with  %s',
    async (words) => {
      const keys = `server: a, secret: { env: XMPP }, connect: "10.0.0.5:5347", ${words}`;
      expect(await problems(xmpp(keys))).toEqual([]);
    },
  );
});

describe('Redis', () => {
  test.each([
    ['redis://10.0.0.5', '10.0.0.5'],
    ['redis://:canary-password@10.0.0.5', '10.0.0.5'],
    ['rediss://10.0.0.5', '10.0.0.5'],
    ['redis://0.0.0.0', '0.0.0.0'],
    ['redis://[2001:db8::5]:6379', '2001:db8::5'],
    ['[ "127.0.0.1:7000", "a:7001", "b:7002" ]', 'a b'],
  ])('beyond this machine at %s needs words', async (address, hosts) => {
    const words = `allow open Redis at ${hosts}`;
    expect(await problems(gateway(`redis: ${address}`))).toEqual([
      `postern.yaml:1:8  redis is on another machine, without TLS or without a password. Write  rediss://:PASSWORD@HOST  or, on a network that you trust,  { address: …, insecure: ${words} }`,
    ]);
    const written = address.startsWith('[ ') ? address : `"${address}"`;
    const block = (insecure: string) =>
      gateway(`redis: { address: ${written}, insecure: ${insecure} }`);
    expect(await problems(block('yes, please'))).toHaveLength(1);
    expect(await problems(block(`"${words}"`))).toEqual([]);
  });

  test.each([
    'redis://127.0.0.1:6379',
    'redis://[::1]:6379',
    'unix:/run/redis.sock',
    'rediss://:a-password@redis.example',
    '[ "127.0.0.1:7000", "localhost:7001" ]',
    '{ address: unix:/run/redis.sock }',
  ])('at %s needs none', async (redis) => {
    expect(await problems(gateway(`redis: ${redis}`))).toEqual([]);
  });
});

describe('a transport', () => {
  test.each([
    ['    dailyLimit: 0', '7:17  transports.0.dailyLimit must be at least 1.'],
    [
      '    dailylimit: 1',
      '7:5  transports.0.dailylimit is not a setting. Did you mean dailyLimit?',
    ],
    [
      '    deadline: 4 hours',
      '7:15  transports.0.deadline must be a time from 10s to 30d, like 10m, 4h or 5d.',
    ],
    [
      '    xmpp: { connect: "10.0.0.6:1" }',
      '7:22  transports.0.xmpp.connect leads to another machine without TLS.',
    ],
    [
      '    xmpp: { sever: a }',
      '7:13  transports.0.xmpp.sever is not a setting. Did you mean server?',
    ],
    [
      '    accounts: { juliet: { box: "1" } }',
      '7:17  transports.0.accounts.juliet must be the address of a user, like juliet@example.org.',
    ],
    [
      '    accounts: { a@example.org: { box: 1 } }',
      '7:39  transports.0.accounts.a@example.org.box must be text. Put it in quotes. Write for example  box: "12"',
    ],
    [
      '    accounts: { a@example.org: { box: "1", bocks: 1 } }',
      '7:44  transports.0.accounts.a@example.org.bocks is not a setting.',
    ],
    ['    accounts: { a@example.org: }', '7:17  transports.0.accounts.a@example.org is empty.'],
    [
      '    accounts: { a@example.org: { box: "0" } }',
      '7:32  transports.0.accounts.a@example.org: Box 0 belongs to the post office.',
    ],
    [
      '    accounts: { a@example.org: { box: "1" }, b@example.org: { box: "1" } }',
      '7:61  transports.0.accounts.b@example.org has an address that belongs to a@example.org.',
    ],
    [
      '    accounts: { a@example.org: { box: "1" }, A@Example.org: { box: "2" } }',
      '7:46  transports.0.accounts.A@Example.org is a@example.org once more. Keep one.',
    ],
    [
      '  - { id: post, use: paper, domain: POST.example.org, config: { carrier: horse, stables: {} } }',
      '7:11  transports.1.id is post, as that of a transport above.',
      '7:37  transports.1.domain is post.example.org, as that of a transport above.',
    ],
    [
      '  - { id: other, use: papr, domain: example.org }',
      '7:23  transports.1.use can not be used. There is no adapter papr.',
      "7:37  transports.1.domain is the server's own. Give the component another one.",
    ],
  ])('%s', async (lines, ...expected) => {
    const found = await problems(transport(lines));
    expect(found).toEqual(
      expected.map((problem) =>
        expect.stringMatching(new RegExp(`^${literal(`postern.yaml:${problem}`)}`)),
      ),
    );
  });
});

describe("an adapter's settings", () => {
  test.each([
    ['{}', '6:5  transports.0.config.carrier is missing. It must be pigeon or horse.'],
    ['{ carrier: hors }', '6:24  transports.0.config.carrier must be pigeon or horse.'],
    [
      '{ carrier: pigeon }',
      '6:5  transports.0.config.whistle is missing. Write for example  whistle: { file: secrets/whistle }',
    ],
    [
      '{ carrier: pigeon, whistle: { env: WHISTLE }, loft: { brids: 1 } }',
      '6:67  transports.0.config.loft.brids is not a setting. Did you mean birds?',
    ],
    [
      '{ carrier: pigeon, whistle: { env: WHISTLE }, stables: {} }',
      '6:59  transports.0.config.stables does not go with the other settings of its block.',
    ],
    [
      '{ carrier: horse, stables: { A: { mile: 1 } } }',
      '6:42  transports.0.config.stables.A is not of the right form.',
    ],
  ])('%s', async (text, problem) => {
    expect(await problems(config(text))).toEqual([`postern.yaml:${problem}`]);
  });
});

test('all problems at once, in reading order', async () => {
  const text = gateway('durability: no\nlog: { levl: info }').replace(
    'domain: post.',
    'domain: post/',
  );
  expect(await problems(text, { WHISTLE: '', POSTERN__XMPP__CONECT: 'x' })).toEqual([
    'postern.yaml:1:13  durability must be always or relaxed.',
    'postern.yaml:2:8  log.levl is not a setting. Did you mean level?',
    'postern.yaml:7:13  transports.0.domain must be a domain alone, without @ and /.',
    'postern.yaml:8:41  The environment variable WHISTLE is not set.',
    'POSTERN__XMPP__CONECT  CONECT names no setting in xmpp. Did you mean CONNECT?',
  ]);
});

test('what a terminal would obey, or what ends a line, is shown as its code', async () => {
  expect(await problems(gateway('"a\\u009bb\\u2028c": 1'))).toEqual([
    'postern.yaml:1:1  a\\u009bb\\u2028c is not a setting.',
  ]);
});

test('a wrong variable is named itself', async () => {
  expect(await problems(small(), { POSTERN__TRANSPORTS__POST__DAILYLIMIT: 'many' })).toEqual([
    'POSTERN__TRANSPORTS__POST__DAILYLIMIT  transports.0.dailyLimit must be a number. Write for example  dailyLimit: 500',
  ]);
});

test.each([
  ['a: b: c', /^postern\.yaml:1:4 {2}There are two .*\n1 problem\.$/],
  ['', /^postern\.yaml:1:1 {2}xmpp\.server is missing\..*(\n.*){2}\n3 problems\.$/],
])('a command prints them and their number: %j', async (text, printed) => {
  const error = await desk.load(text).catch((thrown: unknown) => thrown);
  if (!(error instanceof SettingsError)) throw new Error('that should not have been accepted');
  expect(formatProblems(error).replaceAll(`${desk.folder}/`, '')).toMatch(printed);
});

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
