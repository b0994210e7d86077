import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { hasBiboumi } from '../bench/biboumi.ts';
import { ROOT } from '../support/processes.ts';

interface Row {
  readonly what: string;
  readonly measure: string;
  readonly value: number;
  readonly goal?: { readonly value: number; readonly gate: boolean };
  readonly verdict: string;
}

test('the bench, in its short form, shows every figure beside its goal', async () => {
  const rows = await bench('core');
  for (const { value } of rows) expect(value).toBeGreaterThanOrEqual(0);

  const withGoals = rows.filter(({ goal }) => goal !== undefined);
  expect(withGoals.map(({ what, measure, goal }) => `${what}: ${measure} ${goal?.value}`)).toEqual([
    ...ownGateway('always', [7_000, 9, 50]),
    ...ownGateway('everysec', [10_000, 1, 15]),
    ...behind('Prosody', 3_800),
    ...behind('ejabberd', 8_500),
    '2,000 waiting: bytes of Redis a message beyond its text 1024',
    '2,000 waiting: seconds from the start to ready 3',
  ]);
  for (const { goal, verdict } of withGoals) {
    expect(goal?.gate === true ? ['PASS', 'OVER'] : ['met', 'missed']).toContain(verdict);
  }

  const compared = rows.filter(({ measure }) => measure.startsWith('rate, of '));
  expect(compared.map(({ measure }) => measure)).toEqual([
    'rate, of XADD alone',
    'rate, of XADD alone',
    'rate, of Prosody alone',
    'rate, of ejabberd alone',
  ]);
  // Memory is the one figure that a short run shows as well as a long one.
  expect(rows.find(({ measure }) => measure.startsWith('bytes of Redis'))?.verdict).toBe('PASS');
});

test('the bench of mail shows them, too', async () => {
  const rows = await bench('email');
  for (const { value } of rows) expect(value).toBeGreaterThanOrEqual(0);

  const withGoals = rows.filter(({ goal }) => goal !== undefined);
  expect(withGoals.map(({ what, measure, goal }) => `${what}: ${measure} ${goal?.value}`)).toEqual([
    ...['always', 'everysec'].flatMap((fsync) => [
      `smtp-source → durable → 250, 2 KB, ${fsync}: mails/s 2500`,
      ...cpuOfMail(`smtp-source → durable → 250, 2 KB, ${fsync}`, 500, 150),
      ...cpuOfMail(`smtp-source → durable → 250, 100 KB, ${fsync}`, 4_500, 300),
    ]),
    ...cpuOfMail('smtp-source → durable → opened → stanza, 2 KB, always', 3_000, 700),
    ...cpuOfMail('stanza → durable → smtp-sink → receipt, unsigned, always', 2_000, 600),
    ...cpuOfMail('stanza → durable → smtp-sink → receipt, signed, always', 2_500, 600),
  ]);
  expect(rows.filter(({ measure }) => measure === 'rate, of smtp-sink')).toHaveLength(4);
});

test('the bench of IRC shows them, too', async () => {
  const rows = await bench('irc');
  for (const { value } of rows) expect(value).toBeGreaterThanOrEqual(0);

  const withGoals = rows.filter(({ goal }) => goal !== undefined);
  expect(withGoals.map(({ what, measure, goal }) => `${what}: ${measure} ${goal?.value}`)).toEqual([
    ...['archive on', 'archive off'].flatMap((kept) => [
      ...ofRooms('IRC → XMPP', kept, 10_000, [80, 5]),
      ...ofRooms('XMPP → IRC, one room', kept, undefined, [1_200, 500]),
      ...ofRooms('XMPP → IRC, 20 rooms', kept, 10_000, [350, 150]),
      `IRC → XMPP at 20/s, ${kept}: Postern: ms, half of all below 2`,
      `XMPP → IRC at 20/s, ${kept}: Postern: ms, half of all below 2`,
    ]),
    '10 users, nothing said: Postern: % of a core, gateway 2',
  ]);
  const compared = rows.filter(({ measure }) => measure === 'rate, of biboumi');
  expect(compared).toHaveLength(hasBiboumi() ? 6 : 0);
});

function ofRooms(
  way: string,
  kept: string,
  rate: number | undefined,
  most: readonly [gateway: number, redis: number],
): string[] {
  const what = `${way}, ${kept}: Postern`;
  const wanted = rate === undefined || kept === 'archive off' ? [] : [`messages/s ${rate}`];
  return [...wanted.map((goal) => `${what}: ${goal}`), ...cpu(what, ...most)];
}

function ownGateway(fsync: string, [rate, p50, p99]: readonly number[]): string[] {
  return [
    `stanza in → durable → adapter, ${fsync}: messages/s ${rate}`,
    ...cpu(`stanza in → durable → adapter, ${fsync}`),
    `added latency at 1,000/s, ${fsync}: ms, half of all below ${p50}`,
    `added latency at 1,000/s, ${fsync}: ms, 99 % of all below ${p99}`,
    ...cpu(`adapter in → durable → stanza → ping back, ${fsync}`),
  ];
}

function behind(server: string, rate: number): string[] {
  const what = `behind ${server}, everysec`;
  return [`${what}: messages/s ${rate}`, ...cpu(what)];
}

function cpu(what: string, gateway = 50, redis = 45): string[] {
  return [
    `${what}: µs of CPU a message, gateway ${gateway}`,
    `${what}: µs of CPU a message, Redis ${redis}`,
  ];
}

function cpuOfMail(what: string, gateway: number, redis: number): string[] {
  return [
    `${what}: µs of CPU a mail, gateway ${gateway}`,
    `${what}: µs of CPU a mail, Redis ${redis}`,
  ];
}

async function bench(name: 'core' | 'email' | 'irc'): Promise<readonly Row[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=source', `${ROOT}test/bench/main.ts`, name, '--quick', '--json'],
    { env: { ...process.env, NODE_OPTIONS: '' } },
  );
  return JSON.parse(stdout) as readonly Row[];
}
