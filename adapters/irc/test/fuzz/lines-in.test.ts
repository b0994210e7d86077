import type { PeerId, RoomEvent } from 'postern/adapter';
import { expect, onTestFinished, test } from 'vitest';
import { FEATURES, type InChannel, inChannel } from '../in-channel.ts';
import { type Below, chance, LIMIT_MS, RUNS, SEED } from './chance.ts';

const LINES_A_CONNECTION = 2_000;
const LINES_A_BARRIER = 100;
const CONNECTIONS = Math.ceil(RUNS / LINES_A_CONNECTION);

const NICKS = [
  ...['romeo', 'ROMEO', 'mercutio', 'nurse', 'r[o]m', 'r{o}m', 'paris', 'benvolio', 'x'.repeat(40)],
  ...['', '*', '#garden', 'a,b', 'a.b', '\u202eeve', '__proto__', '漢', 'n\x02'],
];
const TEXTS = [
  ...[
    'hi',
    '',
    ' ',
    ':',
    '\x02\x02',
    '\x01ACTION waves\x01',
    '\x01VERSION\x01',
    '\x01DCC SEND x\x01',
  ],
  ...[
    '\x0304,05red\x03',
    '\x0399',
    '\x04ff00',
    '\x1b[31m',
    '\0',
    '\r',
    '\ud83d',
    '\u202e\u2066',
    '&lt;',
  ],
  ...[
    'a.example b.example',
    'Netsplit',
    'x'.repeat(900),
    '漢'.repeat(170),
    '> q',
    '/me x',
    '/nick y',
  ],
];
const CHANNELS = [
  '#garden',
  '#GARDEN',
  '#garden',
  '#tomb',
  '&local',
  'juliet',
  '#a,#garden',
  '',
  '0',
];
const MODES = [
  '+o',
  '-o',
  '+v-v',
  '+ohv',
  '+b',
  '-b',
  '+m',
  '-m',
  '+k',
  '+l',
  '+',
  '-',
  '+ooooo',
  '+zZ',
];
const TAGS = [
  ...['', '', '', '@time=2026-11-22T10:00:00.000Z;msgid=a ', '@msgid= ', '@account=x ', '@time=x '],
  ...['@batch=r ', '@label=1 ', '@__proto__=1 '],
];

/** What a server says, more or less, of those who are here and of others. */
function lineOf(below: Below): Buffer {
  const of = (list: readonly string[]): string => list[below(list.length)] ?? '';
  const [nick, other, channel, text] = [of(NICKS), of(NICKS), of(CHANNELS), of(TEXTS)];
  const self = below(60) === 0;
  const who = `${of(TAGS)}:${self ? 'juliet' : nick}!u${below(3)}@${of(['h', 'h.example', '', '*'])} `;
  const mask = `*!*@${of(['h', '*.example', '', '*'])}`;
  const kinds = [
    `${who}JOIN ${channel} ${other} :${text}`,
    `${who}PART ${channel} :${text}`,
    `${who}QUIT :${text}`,
    `${who}NICK :${other}`,
    `${who}KICK ${channel} ${below(30) === 0 ? 'juliet' : other} :${text}`,
    `${who}MODE ${channel} ${of(MODES)} ${of([other, mask, '5'])} ${other}`,
    `${who}TOPIC ${channel} :${text}`,
    `${who}PRIVMSG ${channel} :${text}`,
    `${who}PRIVMSG #garden :${text}`,
    `${who}NOTICE ${channel} :${text}`,
    `${who}AWAY :${text}`,
    `${who}ACCOUNT ${of(['*', other])}`,
    `${who}CHGHOST u ${of(['h', '', 'x y'])}`,
    `${who}INVITE juliet ${channel}`,
    `:s 353 juliet = ${channel} :${of(['@', '+', '~&@%+', ''])}${nick}!u@h ${other} juliet`,
    `:s 366 juliet ${channel} :End`,
    `:s 352 juliet ${channel} u h s ${nick} ${of(['H', 'G@', 'H*+', ''])} :0 ${text}`,
    `:s 354 juliet 152 ${channel} u h ${nick} G ${other}`,
    `:s 315 juliet ${channel} :End`,
    `:s 324 juliet ${channel} ${of(MODES)} ${text}`,
    `:s 332 juliet ${channel} :${text}`,
    `:s 333 juliet ${channel} ${nick}!u@h ${of(['1700000000', '-1', 'x', '9'.repeat(30)])}`,
    `:s 367 juliet ${channel} ${mask} ${nick} 1`,
    `:s ${400 + below(100)} juliet ${of([channel, nick])} :${text}`,
    `:s ${String(below(1_000)).padStart(3, '0')} juliet ${channel} ${nick} :${text}`,
    `:s 005 juliet ${of([...FEATURES, 'PREFIX=', 'CHANTYPES=', 'LINELEN=900'])} :are`,
    `:s BATCH ${of(['+r', '-r'])} ${of(['netsplit', 'netjoin', 'chathistory'])} a.b c.d`,
  ];
  const bytes = Buffer.from(of(kinds).replaceAll('\n', ' '));
  const isDamaged = below(5) === 0;
  if (isDamaged) bytes[below(bytes.length)] = below(256);
  return Buffer.from(bytes.map((byte) => (byte === 10 ? 32 : byte)));
}

/** Who goes, who comes, and who is there, by one event. */
function movesIn(event: RoomEvent): [gone: string[], come: string[], here: string[]] {
  switch (event.is) {
    case 'entered':
      return [[], [event.occupant.nick], []];
    case 'departed':
      return [[event.nick], [], []];
    case 'split':
      return [[...event.nicks], [], []];
    case 'renamed':
      return [[event.from], [event.to], []];
    case 'changed':
      return [[], [], [event.occupant.nick]];
    case 'joined':
      return [[], event.occupants.map(({ nick }) => nick), []];
    default:
      return [[], [], []];
  }
}

function textsIn(event: RoomEvent): string[] {
  if (event.is === 'said' || event.is === 'announced') return [event.text];
  return event.is === 'subject' ? [`${event.subject.text} `] : [];
}

/** Who is there by what was told, as a client shows it. */
class Shown {
  readonly #nicks: Set<string>;
  isIn = true;
  count = 0;

  constructor(nicks: readonly string[]) {
    this.#nicks = new Set(nicks);
  }

  /** @throws Error where it does not fit what was told before */
  hear(event: RoomEvent): void {
    this.count++;
    if (event.is === 'joined') this.#nicks.clear();
    const isOfIt = event.is === 'joined' || event.is === 'refused' || this.isIn;
    if (!isOfIt) throw new Error('One is not in the room.');
    const [gone, come, here] = movesIn(event);
    for (const nick of gone) {
      if (!this.#nicks.delete(nick)) throw new Error(`${nick} goes, and is not there.`);
    }
    for (const nick of come) {
      if (this.#nicks.has(nick)) throw new Error(`${nick} comes, and is there.`);
      if (nick === '' || /[\p{Cc} ,!@]/u.test(nick)) throw new Error(`${nick} is no nick.`);
      this.#nicks.add(nick);
    }
    for (const nick of here) if (!this.#nicks.has(nick)) throw new Error(`${nick} is not there.`);
    for (const text of textsIn(event)) isText(text, 1);
    this.isIn = event.is !== 'out' && event.is !== 'lost' && (this.isIn || event.is === 'joined');
  }
}

function isText(text: string, least: number): void {
  const isLegal = text.isWellFormed() && !/(?![\n\t])[\p{Cc}\ufffe\uffff]/u.test(text);
  if (!isLegal || text.length < least) throw new Error(`A text: ${JSON.stringify(text)}`);
}

/** What it says to the server meanwhile: a line each, of what it may say by itself. */
const OWN_WORDS =
  /^(?:PONG|NICK|WHO|MODE|NAMES|JOIN|NOTICE|PING|CAP|WHOIS|PART|AWAY|TOPIC) [^\r\n\0]{0,500}$/;

async function isHeard(on: InChannel, below: Below): Promise<number> {
  const { side, rig, channel } = on;
  const asked = side.lines.length;
  const shown = new Shown(on.joined.occupants.map(({ nick }) => nick));
  let seen: Buffer[] = [];
  for (let line = 0; line < LINES_A_CONNECTION; line += LINES_A_BARRIER) {
    seen = Array.from({ length: LINES_A_BARRIER }, () => lineOf(below));
    side.raw(Buffer.concat(seen.flatMap((each) => [each, Buffer.from('\r\n')])));
    await side.barrier();
    for (const event of on.told()) {
      try {
        shown.hear(event);
      } catch (cause) {
        throw new Error(`${cause}: ${JSON.stringify(event)}`, { cause });
      }
    }
    if (!shown.isIn) comeBack(on, channel);
  }
  for (const event of rig.received) if (event.kind === 'message') isText(event.text, 1);
  for (const line of side.lines.slice(asked)) expect(line).toMatch(OWN_WORDS);
  expect(rig.said.filter(({ level }) => level === 'error')).toEqual([]);
  return shown.count;
}

/** Put out by somebody: asks to come in, and is let in. */
function comeBack({ rooms, side }: InChannel, channel: PeerId): void {
  rooms.join(channel, { nick: 'juliet' });
  side.say(
    ':juliet!juliet@capulet.example JOIN #garden',
    ':s 353 juliet = #garden :@romeo juliet',
    ':s 366 juliet #garden :End',
  );
}

test(`whatever a server says, what is shown of a room fits together (seed ${SEED})`, {
  timeout: LIMIT_MS,
}, async () => {
  onTestFinished(() => expect('x' in {} || '1' in {}).toBe(false));
  const before = process.cpuUsage();
  let told = 0;
  for (let index = 0; index < CONNECTIONS; index++) {
    const on = await inChannel();
    try {
      told += await isHeard(on, chance(SEED ^ index));
    } catch (cause) {
      throw new Error(`Connection ${index} of seed ${SEED}: ${cause}`, { cause });
    }
    on.side.breakOff();
    await on.rig.close();
  }
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  const lines = CONNECTIONS * LINES_A_CONNECTION;
  process.stdout.write(`IRC in: ${lines} lines, ${seconds.toFixed(1)} s of CPU\n`);
  expect(told).toBeGreaterThan(lines / 20);
});
