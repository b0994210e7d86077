/** What a line of the server means. Pure: what is missing or impossible in it makes it mean nothing. */

import type { ServerError, WireEvent } from './events.ts';
import { isNick } from './line.ts';
import { type Message, readSource, type Source } from './message.ts';
import { readModes } from './modes.ts';
import { announcement, readText } from './said.ts';
import { accountOf, asAccount, doneBy, isChannelIn, isOwn, type View } from './view.ts';

/** The second parameter of WHO where a server has WHOX: each line of the answer is a `person`. */
export const WHOX_FIELDS = '%tcuhnfa,152';

/** Greetings, figures and the message of the day. */
const SMALL_TALK = /^(?:00\d|01\d|042|25\d|26[56]|37[256]|422)$/;

/** Somebody hears only whom he knows; too many were written to. */
const ERRORS_ABOVE: ReadonlySet<number> = new Set([707, 716]);

export function readEvent(message: Message, view: View): WireEvent | undefined {
  const { command, params } = message;
  const read = READERS.get(command);
  if (read !== undefined) return read(message, view);
  if (!/^\d/.test(command) || SMALL_TALK.test(command)) return undefined;
  const code = Number(command);
  const isError = (code >= 400 && code < 600) || ERRORS_ABOVE.has(code);
  return isError ? errorOf(code, params) : { is: 'reply', code, params: params.slice(1) };
}

type Reader = (message: Message, view: View) => WireEvent | undefined;

/** RFC 2812 §3 and §5, IRCv3; 354 is of WHOX. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['PRIVMSG', (message, view) => readText('message', message, view)],
  ['NOTICE', (message, view) => readText('notice', message, view)],
  ['JOIN', readJoin],
  ['PART', readPart],
  ['KICK', readKick],
  ['QUIT', readQuit],
  ['NICK', readNick],
  ['INVITE', readInvite],
  ['MODE', ({ source, params: [target, ...words] }, view) => modeOf(target, words, view, source)],
  ['324', readModesThere],
  ['470', readForwarding],
  ['TOPIC', ({ source, params: [channel, text] }, view) => topicOf(channel, text, view, source)],
  ['331', ({ params: [, channel] }, view) => topicOf(channel, '', view)],
  ['332', ({ params: [, channel, text] }, view) => topicOf(channel, text, view)],
  ['333', readTopicSet],
  ['AWAY', ({ source, params: [text] }) => awayOf(source?.nick, text)],
  ['301', ({ params: [, nick, text] }) => awayOf(nick, text || 'away')],
  ['305', (_, { nick }) => awayOf(nick)],
  ['306', (_, { nick }) => awayOf(nick, 'away')],
  ['ACCOUNT', readAccount],
  ['CHGHOST', readNewHost],
  ['352', readWho],
  ['354', readWhox],
  ['FAIL', readFailure],
  ['WARN', ({ params }, { nick }) => announcement(nick, params.at(-1))],
  ['NOTE', ({ params }, { nick }) => announcement(nick, params.at(-1))],
]);

function readJoin({ source, params: [channel = '', account] }: Message, view: View) {
  if (source === undefined || !isChannelIn(view, channel)) return undefined;
  const known = view.has('extended-join') ? accountOf(account) : undefined;
  return { is: 'joined', ...doneBy(source, view), channel, ...asAccount(known) } as const;
}

function readPart({ source, params: [channel = '', reason = ''] }: Message, view: View) {
  if (source === undefined || !isChannelIn(view, channel)) return undefined;
  return { is: 'parted', ...doneBy(source, view), channel, reason } as const;
}

function readKick({ source, params: [channel = '', nick = '', reason = ''] }: Message, view: View) {
  if (!isChannelIn(view, channel) || !isNick(nick)) return undefined;
  return { is: 'kicked', channel, nick, own: isOwn(nick, view), ...by(source), reason } as const;
}

function readQuit({ source, params: [reason = ''] }: Message, view: View) {
  if (source === undefined) return undefined;
  return { is: 'quit', ...doneBy(source, view), reason } as const;
}

function readNick({ source, params: [to = ''] }: Message, view: View) {
  if (source === undefined || !isNick(to)) return undefined;
  return { is: 'nick', ...doneBy(source, view), to } as const;
}

function readInvite({ source, params: [nick = '', channel = ''] }: Message, view: View) {
  if (source === undefined || !isNick(nick) || !isChannelIn(view, channel)) return undefined;
  return { is: 'invited', by: source, nick, channel } as const;
}

function modeOf(
  target = '',
  words: readonly string[],
  view: View,
  source?: Source,
): WireEvent | undefined {
  const ofChannel = isChannelIn(view, target);
  if (!ofChannel && !isNick(target)) return undefined;
  const changes = readModes(words, view.features, ofChannel);
  return { is: 'mode', target, ...by(source), changes };
}

function readModesThere({ params: [, target, ...words] }: Message, view: View) {
  const event = modeOf(target, words, view);
  return event && ({ ...event, isAnswer: true } as const);
}

function readForwarding({ params }: Message, view: View): ServerError {
  const error = errorOf(470, params);
  const [, , instead = ''] = params;
  return isChannelIn(view, instead) ? { ...error, instead } : error;
}

function topicOf(channel = '', text = '', view: View, source?: Source): WireEvent | undefined {
  return isChannelIn(view, channel) ? { is: 'topic', channel, text, ...by(source) } : undefined;
}

function readTopicSet({ params: [, channel = '', mask = '', at = ''] }: Message, view: View) {
  const nick = readSource(mask)?.nick;
  if (!isChannelIn(view, channel) || nick === undefined) return undefined;
  const seconds = /^\d{1,11}$/.test(at) ? { at: Number(at) * 1000 } : {};
  return { is: 'topic-set', channel, by: nick, ...seconds } as const;
}

function awayOf(nick = '', text = ''): WireEvent | undefined {
  if (!isNick(nick)) return undefined;
  return text === '' ? { is: 'away', nick } : { is: 'away', nick, text };
}

function readAccount({ source, params: [account] }: Message) {
  if (source === undefined) return undefined;
  return { is: 'account', nick: source.nick, ...asAccount(accountOf(account)) } as const;
}

function readNewHost({ source, params: [user = '', host = ''] }: Message) {
  const who = source && readSource(`${source.nick}!${user}@${host}`);
  return who && ({ is: 'person', who } as const);
}

function readWho({ params: [, , user = '', host = '', , nick = '', flags = ''] }: Message) {
  const who = readSource(`${nick}!${user}@${host}`);
  return who && ({ is: 'person', who, away: flags.startsWith('G') } as const);
}

/** The fields in the order in which servers give them, whatever the order of the question. */
function readWhox({ params }: Message) {
  const [, token = '', , user = '', host = '', nick = '', flags = '', account] = params;
  const who = readSource(`${nick}!${user}@${host}`);
  if (who === undefined || !WHOX_FIELDS.endsWith(`,${token}`)) return undefined;
  const known = asAccount(account === '0' ? undefined : accountOf(account));
  return { is: 'person', who, ...known, away: flags.startsWith('G') } as const;
}

/** IRCv3 standard replies: the command, a code, what it is about, words. */
function readFailure({ params: [command = '', , ...rest] }: Message): ServerError {
  const about = rest.length > 1 ? (rest[0] ?? command) : command;
  return errorOf(0, ['', about, rest.at(-1) ?? '']);
}

/** @param params our nick, what it is about, words */
function errorOf(code: number, params: readonly string[]): ServerError {
  const words = params.at(-1) ?? '';
  const target = params.length > 2 ? params[1] : undefined;
  return { is: 'error', code, ...(target === undefined ? {} : { target }), words };
}

function by(source: Source | undefined): { readonly by?: Source } {
  return source === undefined ? {} : { by: source };
}
