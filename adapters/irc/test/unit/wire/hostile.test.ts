import { expect, it } from 'vitest';
import type { WireEvent } from '../../../wire/events.ts';
import { type ServerSide, scriptedServer } from '../../scripted-server.ts';
import { checkEvent } from '../../well-formed.ts';
import { registeredBy } from '../../wire-subject.ts';

/** Mulberry32: the same lines in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const COMMANDS = [
  ...['PRIVMSG', 'NOTICE', 'JOIN', 'PART', 'KICK', 'QUIT', 'NICK', 'MODE', 'TOPIC', 'INVITE'],
  ...['AWAY', 'ACCOUNT', 'CHGHOST', 'SETNAME', 'TAGMSG', 'WALLOPS', 'KILL', 'CAP', 'BATCH', 'PONG'],
  ...[
    'AUTHENTICATE',
    'FAIL',
    'WARN',
    'NOTE',
    'ACK',
    'ERROR',
    'PROTOCTL',
    '__proto__',
    'constructor',
  ],
];
const WORDS = [
  ...['', ':', '*', '#a', '&b', 'me', 'n!u@h', '@#a', '$*.x', '0', ',', '#a,#b', '+ov-k', '+', '='],
  ...[
    '@+n!u@h',
    'LS',
    'ACK',
    'NAK',
    'NEW',
    'DEL',
    '+ref',
    '-ref',
    'labeled-response',
    'PREFIX=(ov)',
  ],
  ...['PREFIX=', 'CHANTYPES=', 'CHANMODES=', 'CASEMAPPING=?', 'LINELEN=0', 'NICKLEN=99999999999'],
  ...[
    'STATUSMSG=,: a',
    '99999999999999999999',
    '\x01',
    '\x01ACTION\x01',
    '\x01DCC SEND x\x01',
    'a.b',
  ],
  ...['a.b c.d', ':two words', '\ud800', '\u202e', '__proto__', 'x'.repeat(600), '152', 'H@', 'G'],
];
const PREFIXES = [
  '',
  ':n!u@h ',
  ':s.example ',
  ':me!u@h ',
  ': ',
  ':!@ ',
  ':@!x ',
  ':n@h!u ',
  ':a,b ',
];
const TAGS = [
  ...['', '@ ', '@label=1 ', '@label=x;batch=ref ', '@batch=ref ', '@time=1970-01-01T00:00:00Z '],
  ...[
    '@time=;msgid= ',
    '@=;;== ',
    '@__proto__=x;constructor ',
    '@a=\\ ',
    `@a=${'y'.repeat(8_000)} `,
  ],
];

function malformed(pick: (below: number) => number): string {
  const of = (list: readonly string[]): string => list[pick(list.length)] ?? '';
  const command = pick(2) === 0 ? of(COMMANDS) : String(pick(1_000)).padStart(3, '0');
  const params = Array.from({ length: pick(8) }, () => of(WORDS));
  return `${of(TAGS)}${of(PREFIXES)}${[command, ...params].join(' ')}`;
}

const SAMPLES = [
  '@time=2026-11-22T10:00:00.000Z;msgid=a :n!u@h PRIVMSG #a :hello \x02world\x02',
  ':n!u@h PRIVMSG me :\x01ACTION waves\x01',
  ':s.example 353 me = #a :@+n!u@h x!y@z ~me',
  ':s.example 366 me #a :End of NAMES',
  ':s.example 005 me CHANTYPES=# PREFIX=(qaohv)~&@%+ CHANMODES=b,k,l,imnt LINELEN=512 :supported',
  ':n!u@h JOIN #a account :Real name',
  ':n!u@h MODE #a +ov-k n x key',
  ':me!u@h NICK me2',
  ':n!u@h QUIT :a.example b.example',
  ':s.example CAP me NEW :away-notify sasl=PLAIN',
  ':s.example 354 me 152 #a user host n G account',
  ':s.example 404 me #a :Cannot send to channel',
  ':s.example BATCH +ref labeled-response',
];

function fuzzed(pick: (below: number) => number): Buffer {
  const line = Buffer.from(SAMPLES[pick(SAMPLES.length)] ?? '');
  const bytes = [...line];
  for (let change = 0; change <= pick(5); change++) {
    const at = pick(bytes.length + 1);
    const kind = pick(4);
    if (kind === 0) bytes.splice(at, 1);
    else if (kind === 1) bytes.splice(at, 0, pick(256));
    else if (kind === 2) bytes[Math.min(at, bytes.length - 1)] = pick(256);
    else bytes.splice(at, 0, ...bytes.slice(at, at + pick(20)));
  }
  return Buffer.concat([Buffer.from(bytes.filter((byte) => byte !== 0x0a)), Buffer.from('\r\n')]);
}

interface Hostile {
  readonly server: ServerSide;
  /** What it told, by kind. */
  readonly counts: Map<WireEvent['is'], number>;
  readonly faults: unknown[];
}

async function hostile(): Promise<Hostile> {
  const place = await scriptedServer();
  const counts = new Map<WireEvent['is'], number>();
  const faults: unknown[] = [];
  const { server } = await registeredBy(place, {
    onEvent: (event) => {
      counts.set(event.is, (counts.get(event.is) ?? 0) + 1);
      checkEvent(event);
    },
    onFault: (error) => void faults.push(error),
  });
  return { server, counts, faults };
}

it('survives 16,000 lines that lack what they need', { timeout: 60_000 }, async () => {
  const { server, counts, faults } = await hostile();
  const pick = random(16);
  for (let batch = 0; batch < 16; batch++) {
    server.say(...Array.from({ length: 1_000 }, () => malformed(pick)));
    await server.barrier();
  }
  expect(faults).toEqual([]);
  expect(counts.get('closed')).toBe(undefined);
  expect(counts.size).toBeGreaterThan(10);
});

it('survives 100,000 lines that were damaged on their way', { timeout: 120_000 }, async () => {
  const { server, counts, faults } = await hostile();
  const pick = random(100);
  for (let batch = 0; batch < 50; batch++) {
    server.raw(Buffer.concat(Array.from({ length: 2_000 }, () => fuzzed(pick))));
    await server.barrier();
  }
  expect(faults).toEqual([]);
  expect(counts.get('closed')).toBe(undefined);
  expect(counts.get('message')).toBeGreaterThan(1_000);
});

it('keeps no list that never ends, and says that it is not all', async () => {
  const { server, told, faults } = await registeredBy(await scriptedServer());
  const names = Array.from({ length: 400 }, (_, at) => `n${at}`).join(' ');
  for (let list = 0; list < 150; list++) server.say(`:s 353 me = #endless${list} :${names}`);
  for (let batch = 0; batch < 500; batch++) {
    server.say(`@label=${batch} :s BATCH +r${batch} labeled-response`);
  }
  server.say(...[0, 99, 149].map((list) => `:s 366 me #endless${list} :End of NAMES`));
  server.say(':s 353 me = #next :@alice bob', ':s 366 me #next :End of NAMES');
  await server.barrier();
  const lists = told.all.flatMap((event) =>
    event.is === 'names' ? [[event.members.length, event.complete]] : [],
  );
  expect(lists).toEqual([
    [400, true],
    [0, false],
    [0, false],
    [2, true],
  ]);
  expect(faults).toEqual([]);
});

it('does not keep what a server never reads', async () => {
  const { server, told } = await registeredBy(await scriptedServer());
  server.deaf();
  const ping = Buffer.from(`PING :${'p'.repeat(400)}\r\n`.repeat(1_000));
  await server.pour(ping, 100);
  expect(await told.next('closed')).toMatchObject({
    why: 'lost',
    words: expect.stringContaining('does not read'),
  });
});
