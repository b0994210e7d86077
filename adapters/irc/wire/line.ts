/**
 * The one way to make a line for a server. Only this file makes a `WireLine`, and the transport takes
 * nothing else: what was not checked here can not be sent.
 *
 * The library's own encoder is not used: it lets CR, LF and NUL through in every parameter but one, and
 * comma lists, `JOIN 0` and server masks, too.
 */

declare const brand: unique symbol;
/** One line without its CR LF, of which a server understands what was meant. */
export type WireLine = string & { readonly [brand]: 'WireLine' };

/** Why a line was refused. Its message never repeats the text. */
export class LineError extends Error {
  override readonly name = 'LineError';
  readonly reason: LineFault;

  constructor(reason: LineFault, command: string) {
    super(`${command}: ${WORDS[reason]}`);
    this.reason = reason;
  }
}

type LineFault = 'control' | 'name' | 'word' | 'too-long';

const WORDS: Readonly<Record<LineFault, string>> = {
  control: 'a character that would end the line or change its meaning',
  name: 'not the name of one person or one channel',
  word: 'a word that is empty, has a space or begins with a colon',
  'too-long': 'longer than a line may be',
};

/** What ends a line for one server or another, and CTCP's mark: see `encodeCtcp`. */
const NEVER_INSIDE = ['\0', '\x01', '\r', '\n'] as const;

/**
 * What stands where. `word`: no space. `text`: the last one, with spaces. A `?` may be left out, with
 * all after it.
 */
const FORMS = {
  AUTHENTICATE: ['word'],
  AWAY: ['text?'],
  CAP: ['word', 'text?'],
  INVITE: ['nick', 'channel'],
  JOIN: ['channel', 'word?'],
  KICK: ['channel', 'nick', 'text?'],
  LIST: ['channel'],
  MODE: ['target', 'word?', 'word?', 'word?', 'word?'],
  NAMES: ['channel'],
  NICK: ['nick'],
  NOTICE: ['target', 'text'],
  PART: ['channel', 'text?'],
  PASS: ['text'],
  PING: ['word'],
  PONG: ['text'],
  PRIVMSG: ['target', 'text'],
  QUIT: ['text?'],
  TOPIC: ['channel', 'text?'],
  USER: ['word', 'word', 'word', 'text'],
  WHO: ['target', 'word?'],
  WHOIS: ['nick'],
} as const;

type Slot = 'nick' | 'channel' | 'target' | 'word' | 'key' | 'text';
export type Command = keyof typeof FORMS;
type Arguments<Slots extends readonly string[]> = Slots extends readonly [
  infer First extends string,
  ...infer Rest extends readonly string[],
]
  ? First extends `${string}?`
    ? [value?: string, ...rest: Arguments<Rest>]
    : [value: string, ...rest: Arguments<Rest>]
  : [];
export type Params<C extends Command> = Arguments<(typeof FORMS)[C]>;

/** What the server and the network around it can take. */
export interface LineLimits {
  /** All bytes of a line, its CR LF too, its tags not: 512, or LINELEN of 005. */
  readonly bytes: number;
  /** Bytes of `:nick!user@host ` of ours, which others get before it: what is longer is cut for them. */
  readonly prefix: number;
  /** The characters that channels begin with: CHANTYPES of 005. */
  readonly channelTypes: string;
}

/** Before the server has said more: RFC 2812 §2.3. */
export const FIRST_LIMITS: LineLimits = { bytes: 512, prefix: 0, channelTypes: '#&' };

/** @throws LineError */
export function encodeLine<C extends Command>(
  limits: LineLimits,
  command: C,
  ...params: Params<C>
): WireLine {
  const slots: readonly string[] = FORMS[command];
  const words: readonly (string | undefined)[] = params;
  let line: string = command;
  for (const [index, slot] of slots.entries()) {
    const value = words[index];
    if (value === undefined) break;
    line += ` ${encodeParam(value, slot.replace('?', '') as Slot, command, limits)}`;
  }
  return sized(line, command, limits);
}

/**
 * Several channels at once (RFC 2812 §3.2.1). Keys belong to channels by their place: those with one come
 * first.
 * @throws LineError
 */
export function encodeJoin(
  limits: LineLimits,
  wanted: readonly { readonly channel: string; readonly key: string | undefined }[],
): WireLine {
  const others = wanted.filter(({ key }) => key === undefined);
  const keys: string[] = [];
  const channels: string[] = [];
  for (const { channel, key } of wanted) {
    if (key === undefined) continue;
    channels.push(encodeParam(channel, 'channel', 'JOIN', limits));
    keys.push(encodeParam(key, 'key', 'JOIN', limits));
  }
  for (const { channel } of others) channels.push(encodeParam(channel, 'channel', 'JOIN', limits));
  const words = keys.length === 0 ? [] : [keys.join(',')];
  return sized(['JOIN', channels.join(','), ...words].join(' '), 'JOIN', limits);
}

/** The meanings of CTCP (draft-oakley-irc-ctcp) that we send ourselves. A user can send none of them. */
export type CtcpTag = 'ACTION' | 'VERSION' | 'PING' | 'TIME';

/** `\x01TAG text\x01`. @throws LineError */
export function encodeCtcp(
  limits: LineLimits,
  command: 'PRIVMSG' | 'NOTICE',
  target: string,
  tag: CtcpTag,
  text: string,
): WireLine {
  const to = encodeParam(target, 'target', command, limits);
  const value = encodeParam(text, 'text', command, limits).slice(1);
  return sized(`${command} ${to} :\x01${tag} ${value}\x01`, command, limits);
}

/** What people say. @throws LineError */
export function encodeText(
  limits: LineLimits,
  target: string,
  text: string,
  kind: 'message' | 'notice' | 'action',
): WireLine {
  if (kind === 'action') return encodeCtcp(limits, 'PRIVMSG', target, 'ACTION', text);
  return encodeLine(limits, kind === 'notice' ? 'NOTICE' : 'PRIVMSG', target, text);
}

const MAX_REASON_BYTES = 200;

/** @param reason is cut where it is too long */
export function encodeQuit(reason: string): WireLine {
  const words = Buffer.from(reason.replace(/\p{Cc}/gu, ' ')).subarray(0, MAX_REASON_BYTES);
  return encodeLine(FIRST_LIMITS, 'QUIT', words.toString().replace(/\ufffd+$/, ''));
}

/** Asks for an answer that names this line: IRCv3 labeled-response. */
export function labelled(line: WireLine, label: number): WireLine {
  return `@label=${label} ${line}` as WireLine;
}

/** How many bytes of text fit into one line to that target. */
export function textBytes(limits: LineLimits, target: string, action = false): number {
  const around = `PRIVMSG ${target} :\r\n`.length + (action ? '\x01ACTION \x01'.length : 0);
  return limits.bytes - limits.prefix - around - (Buffer.byteLength(target) - target.length);
}

/** Whether it can be the name of one channel. */
export function isChannel(name: string, channelTypes: string): boolean {
  const type = name[0];
  return type !== undefined && channelTypes.includes(type) && /^[^\p{Cc} ,]{2,200}$/u.test(name);
}

/**
 * Whether it can be the nick of one person: not a mask, not a list, not a server, not some of a
 * channel (`@#channel`). Which letters a server takes is left to it.
 */
export function isNick(name: string): boolean {
  return /^[^\p{Cc} !@,.*?:$#&%+~-][^\p{Cc} !@,.*?:$]{0,127}$/u.test(name) && name !== '0';
}

/** Whether one can write to it and it to us: a nick, or what a bouncer puts among them (`*status` of ZNC). */
export function isPerson(name: string): boolean {
  return isNick(name.startsWith('*') ? name.slice(1) : name);
}

function encodeParam(value: string, slot: Slot, command: string, limits: LineLimits): string {
  if (NEVER_INSIDE.some((char) => value.includes(char))) throw new LineError('control', command);
  switch (slot) {
    case 'text':
      return `:${value}`;
    case 'word':
      if (!/^[^: ][^ ]*$/.test(value)) throw new LineError('word', command);
      return value;
    case 'key':
      if (!/^[^: ,][^ ,]*$/.test(value)) throw new LineError('word', command);
      return value;
    case 'nick':
      if (!isNick(value)) throw new LineError('name', command);
      return value;
    case 'channel':
      if (!isChannel(value, limits.channelTypes)) throw new LineError('name', command);
      return value;
    case 'target':
      if (!isPerson(value) && !isChannel(value, limits.channelTypes)) {
        throw new LineError('name', command);
      }
      return value;
  }
}

function sized(line: string, command: string, { bytes, prefix }: LineLimits): WireLine {
  if (prefix + Buffer.byteLength(line) + 2 > bytes) throw new LineError('too-long', command);
  return line as WireLine;
}
