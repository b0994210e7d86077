import type { MessageId, PeerId } from 'postern/adapter';
import { expect, test } from 'vitest';
import { linesOf } from '../../lines.ts';
import {
  type Command,
  encodeCtcp,
  encodeJoin,
  encodeLine,
  encodeQuit,
  encodeText,
  LineError,
  type LineLimits,
  labelled,
  textBytes,
} from '../../wire/line.ts';
import { type Below, chance, LIMIT_MS, RUNS, SEED } from './chance.ts';

const COMMANDS = [
  ...['AUTHENTICATE', 'AWAY', 'CAP', 'INVITE', 'JOIN', 'KICK', 'LIST', 'MODE', 'NAMES', 'NICK'],
  ...['NOTICE', 'PART', 'PASS', 'PING', 'PONG', 'PRIVMSG', 'QUIT', 'TOPIC', 'USER', 'WHO', 'WHOIS'],
] as const satisfies readonly Command[];

const WORDS = [
  ...[
    'bob',
    'b[o]b',
    '#a',
    '&b',
    '#a,#b',
    'a,b',
    '0',
    '*',
    '$*.net',
    '@#a',
    '+ov',
    ':x',
    '',
    ' ',
    'x y',
  ],
  ...[
    '#a\r\nQUIT',
    'x\nJOIN #b',
    'x\r',
    '\0',
    '\x01DCC SEND x\x01',
    '*status',
    'a!b@c',
    'a.b.c',
    '#',
  ],
  ...[
    '\u2028',
    '\u0085',
    '\ud800',
    '🙂',
    'ü',
    '#ü',
    '__proto__',
    'x'.repeat(600),
    '漢'.repeat(180),
  ],
];

/** Of a word that is known, of any characters, or of both. */
function wordOf(below: Below): string {
  const known = WORDS[below(WORDS.length)] ?? '';
  if (below(3) > 0) return known;
  const any = Array.from({ length: below(6) }, () =>
    below(2) === 0 ? String.fromCharCode(below(0x80)) : String.fromCodePoint(below(0x11_0000)),
  ).join('');
  return below(2) === 0 ? any : `${known}${any}`;
}

const PREFIX = 60;
const LIMITS: LineLimits = { bytes: 512, prefix: PREFIX, channelTypes: '#&' };

const VERBS: ReadonlySet<string> = new Set(COMMANDS);
// How many words and no more may follow each, and which of them name somebody (RFC 2812 §3).
const NAMES: Readonly<Record<string, number>> = {
  ...{ INVITE: 2, JOIN: 1, KICK: 2, LIST: 1, MODE: 1, NAMES: 1, NICK: 1, NOTICE: 1, PART: 1 },
  ...{ PRIVMSG: 1, TOPIC: 1, WHO: 1, WHOIS: 1 },
};

/** Its marks as bars: there are two of them, so that none is inside. */
const CTCP = /^(PRIVMSG|NOTICE) [^ ]+ :\|(ACTION|VERSION|PING|TIME) .*\|$/s;

/** One line as a strict server reads it (RFC 2812 §2.3.1). */
function checkLine(line: string, prefix: number, commas = false): void {
  const bytes = Buffer.from(line);
  if (prefix + bytes.length + 2 > 512) throw new Error(`It has ${bytes.length} bytes.`);
  if (bytes.includes(0) || bytes.includes(10) || bytes.includes(13)) throw new Error('It is two.');
  const colon = line.indexOf(' :');
  const head = colon < 0 ? line : line.slice(0, colon);
  const [verb = '', ...middle] = head.split(' ');
  if (!VERBS.has(verb)) throw new Error(`The verb is ${verb}.`);
  if (middle.length + (colon < 0 ? 0 : 1) > 15) throw new Error('It has too many parameters.');
  for (const word of middle) if (word === '' || word.startsWith(':')) throw new Error('No word');
  for (const name of middle.slice(0, NAMES[verb] ?? 0)) {
    const isList = commas ? false : name.includes(',');
    if (
      isList ||
      name === '0' ||
      /^[$@:%+~-]/.test(name) ||
      /[!@]/.test(name.replace(/^[#&].*/, ''))
    ) {
      throw new Error(`It is for ${JSON.stringify(name)}.`);
    }
  }
  const marks = [...line].filter((char) => char === '\x01').length;
  const isCtcp = CTCP.test(line.replaceAll('\x01', '|'));
  if (marks > 0 && !(marks === 2 && isCtcp)) throw new Error('It has a meaning of its own.');
}

/** A line of any kind, of any words. */
function lineOf(below: Below): { line: string; commas: boolean; prefix: number } {
  const word = () => wordOf(below);
  switch (below(8)) {
    case 0: {
      const wanted = Array.from({ length: 1 + below(3) }, () => ({
        channel: below(2) === 0 ? `#${below(9)}` : word(),
        key: below(2) === 0 ? undefined : word(),
      }));
      return { line: encodeJoin(LIMITS, wanted), commas: true, prefix: PREFIX };
    }
    case 1:
      return {
        line: encodeCtcp(LIMITS, 'NOTICE', word(), 'PING', word()),
        commas: false,
        prefix: PREFIX,
      };
    case 2: {
      const kind = (['message', 'notice', 'action'] as const)[below(3)] ?? 'message';
      return { line: encodeText(LIMITS, word(), word(), kind), commas: false, prefix: PREFIX };
    }
    case 3:
      return { line: encodeQuit(word() + word()), commas: false, prefix: 0 };
    default: {
      const command = COMMANDS[below(COMMANDS.length)] ?? 'PING';
      const params = Array.from({ length: 1 + below(4) }, word);
      // As a caller could whose words came from somewhere else: how many they are is not what is asked.
      const line = String(Reflect.apply(encodeLine, undefined, [LIMITS, command, ...params]));
      return { line, commas: false, prefix: PREFIX };
    }
  }
}

test(`whatever the words are, a line is one that means what was meant, or none (seed ${SEED})`, {
  timeout: LIMIT_MS,
}, () => {
  let [made, refused] = [0, 0];
  for (let index = 0; index < RUNS; index++) {
    const below = chance(SEED ^ index);
    try {
      const { line, commas, prefix } = lineOf(below);
      checkLine(line, prefix, commas);
      made++;
    } catch (error) {
      if (!(error instanceof LineError)) throw new Error(`Line ${index} of seed ${SEED}: ${error}`);
      refused++;
    }
  }
  expect(made).toBeGreaterThan(RUNS / 20);
  expect(refused).toBeGreaterThan(RUNS / 20);
});

test(`whatever a user writes, all of its lines can be sent (seed ${SEED})`, {
  timeout: LIMIT_MS,
}, () => {
  let lines = 0;
  for (let index = 0; index < RUNS / 10; index++) {
    const below = chance(SEED ^ index);
    const text = Array.from({ length: below(30) }, () => wordOf(below)).join(
      below(2) === 0 ? ' ' : '\n',
    );
    const peer = (below(2) === 0 ? 'bob%test' : '#a%test') as PeerId;
    const event = {
      kind: 'message',
      id: '01' as MessageId,
      peer,
      text,
      wantsReceipt: false,
    } as const;
    const { kind, parts } = linesOf({ ...event, acceptedAt: 0 }, { styling: true, maxLines: 50 });
    const target = peer.replace('%test', '');
    for (const part of parts) {
      expect(Buffer.byteLength(part)).toBeLessThanOrEqual(textBytes(LIMITS, target, true));
      checkLine(encodeText(LIMITS, target, part, kind), PREFIX);
      expect(labelled(encodeText(LIMITS, target, part, kind), index)).toMatch(
        /^@label=\d+ PRIVMSG /,
      );
      lines++;
    }
  }
  expect(lines).toBeGreaterThan(RUNS / 10);
});
