/** PRIVMSG and NOTICE, and what is wrapped in them: CTCP (draft-oakley-irc-ctcp). Pure. */

import type { Said, WireEvent } from './events.ts';
import { isPerson } from './line.ts';
import type { Message, Source } from './message.ts';
import { accountOf, asAccount, doneBy, isChannelIn, isOwn, type View } from './view.ts';

const CTCP = '\x01';
const OLDEST_MS = 30 * 24 * 60 * 60_000;
const FUTURE_MS = 5 * 60_000;
const MAX_ID = 200;

export function readText(
  is: 'message' | 'notice',
  message: Message,
  view: View,
): WireEvent | undefined {
  const { source, params } = message;
  const [to = '', text = ''] = params;
  const { group, target } = addresseeOf(to, view);
  // The server itself, or an operator to everybody on it.
  if (source === undefined || (!isPerson(target) && !isChannelIn(view, target))) {
    return announcement(to, text);
  }
  const around = { ...doneBy(source, view), target, ...group, ...tagsOf(message, view) };
  const ctcp = text.startsWith(CTCP) ? ctcpOf(text) : undefined;
  if (ctcp === undefined) {
    // What is no CTCP must not look like one to whoever gets it next.
    const plain = text.replaceAll(CTCP, '');
    return plain === '' ? undefined : { is, ...around, text: plain };
  }
  if (is === 'notice') return undefined;
  if (ctcp.tag === 'ACTION') return { is: 'action', ...around, text: ctcp.text };
  return questionOf(source, ctcp, view);
}

export function announcement(target: string, text = ''): WireEvent | undefined {
  const plain = text.replaceAll(CTCP, '');
  return plain === '' ? undefined : { is: 'announced', target, text: plain };
}

/** `@#channel`: only those in it with that sign. */
function addresseeOf(
  to: string,
  view: View,
): { readonly group: { readonly group?: string }; readonly target: string } {
  const sign = to.slice(0, 1);
  const isGroup = view.features.statusSigns.includes(sign) && isChannelIn(view, to.slice(1));
  return isGroup ? { group: { group: sign }, target: to.slice(1) } : { group: {}, target: to };
}

interface Ctcp {
  readonly tag: string;
  readonly text: string;
}

/** The mark at the end may be missing: it is cut off with a line that is too long. */
function ctcpOf(text: string): Ctcp | undefined {
  const [, tag, words = ''] = /^([A-Za-z]{1,32})(?: (.*))?$/.exec(text.replaceAll(CTCP, '')) ?? [];
  return tag === undefined ? undefined : { tag: tag.toUpperCase(), text: words };
}

function questionOf(from: Source, ctcp: Ctcp, view: View): WireEvent | undefined {
  return isOwn(from.nick, view) ? undefined : { is: 'ctcp', from, ...ctcp };
}

/** A tag counts only where the server has agreed to what it means. */
function tagsOf(message: Message, view: View): Pick<Said, 'id' | 'at' | 'account'> {
  const id = view.has('message-tags') ? message.tag('msgid') : undefined;
  const at = view.has('server-time') ? timeOf(message.tag('time'), view.now) : undefined;
  const account = view.has('account-tag') ? accountOf(message.tag('account')) : undefined;
  return {
    ...(id === undefined || id === '' || id.length > MAX_ID ? {} : { id }),
    ...(at === undefined ? {} : { at }),
    ...asAccount(account),
  };
}

/** What a server says about 1970, or about tomorrow, is wrong. */
function timeOf(text: string | undefined, now: number): number | undefined {
  const at = Date.parse(text ?? '');
  return at >= now - OLDEST_MS && at <= now + FUTURE_MS ? at : undefined;
}
