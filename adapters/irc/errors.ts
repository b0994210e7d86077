/** What a server means by its numerics (RFC 2812 §5.2 and what servers have added), as refusals. */

import type { Refusal, StanzaCondition, StanzaErrorType, Verdict } from 'postern/adapter';
import { DeliveryError } from 'postern/adapter';
import type { Ending, ServerError } from './wire/events.ts';
import type { LineError } from './wire/line.ts';

type Row = readonly [StanzaCondition, StanzaErrorType, string];

/** How long to wait after a server said "too fast", where it does not say how long. */
const TOO_FAST_MS = 60_000;
const TOO_FAST: ReadonlySet<number> = new Set([263, 407, 439, 707]);

const OF_JOIN: Readonly<Record<number, Row>> = {
  403: ['item-not-found', 'cancel', 'There is no such channel, or it has a name that can not be.'],
  405: ['resource-constraint', 'wait', 'You are in as many channels as the server allows.'],
  437: ['recipient-unavailable', 'wait', 'The channel can not be joined now, after a netsplit.'],
  470: ['gone', 'cancel', 'The server would have put you into another channel.'],
  471: ['service-unavailable', 'wait', 'The channel is full.'],
  473: ['registration-required', 'cancel', 'The channel is for those who were invited.'],
  474: ['forbidden', 'cancel', 'You are banned from this channel.'],
  475: ['forbidden', 'modify', 'The channel has another password.'],
  476: ['item-not-found', 'cancel', 'There can be no channel with this name.'],
  477: ['registration-required', 'cancel', 'The channel is for those who have logged in there.'],
  479: ['item-not-found', 'cancel', 'There can be no channel with this name.'],
  480: ['policy-violation', 'wait', 'Too many join this channel now.'],
  489: ['not-allowed', 'cancel', 'The channel is for those who are connected by TLS.'],
  520: ['not-allowed', 'cancel', 'The channel is for the operators of the server.'],
};

const OF_TEXT: Readonly<Record<number, Row>> = {
  401: ['recipient-unavailable', 'wait', 'Nobody with this nick is there now.'],
  402: ['item-not-found', 'cancel', 'There is no such server.'],
  403: ['item-not-found', 'cancel', 'There is no such channel.'],
  404: ['forbidden', 'cancel', 'The channel does not let you speak.'],
  417: ['not-acceptable', 'modify', 'The server says that it is too long.'],
  442: ['not-acceptable', 'cancel', 'You are not in this channel.'],
  477: ['registration-required', 'cancel', 'Only those who have logged in there may speak.'],
  486: ['registration-required', 'cancel', 'He hears only those who have logged in there.'],
  531: ['forbidden', 'cancel', 'He does not want to hear from you.'],
  716: ['forbidden', 'cancel', 'He hears only those whom he has allowed to write.'],
};

const OF_NICK: Readonly<Record<number, Row>> = {
  432: ['not-acceptable', 'modify', 'The server does not allow this nick.'],
  433: ['conflict', 'cancel', 'Somebody else has this nick.'],
  435: ['not-allowed', 'cancel', 'You are banned from one of your channels, and keep your nick.'],
  436: ['conflict', 'cancel', 'Somebody else has this nick.'],
  437: ['conflict', 'wait', 'This nick can not be had now.'],
  438: ['policy-violation', 'wait', 'You change your nick too often.'],
  447: ['not-allowed', 'cancel', 'In one of your channels nobody may change his nick.'],
};

const OF_CHANGE: Readonly<Record<number, Row>> = {
  401: ['item-not-found', 'cancel', 'Nobody with this nick is there now.'],
  441: ['item-not-found', 'cancel', 'He is not in this channel.'],
  442: ['not-acceptable', 'cancel', 'You are not in this channel.'],
  443: ['conflict', 'cancel', 'He is in this channel already.'],
  478: ['resource-constraint', 'wait', 'The list of bans is full.'],
  482: ['forbidden', 'cancel', 'You are no operator of this channel.'],
  484: ['not-allowed', 'cancel', 'Nobody may do that to him.'],
};

const TABLES = { join: OF_JOIN, text: OF_TEXT, nick: OF_NICK, change: OF_CHANGE } as const;

/** Whether it answers a wish for another nick. */
export function isAboutNick({ code }: ServerError): boolean {
  return code in OF_NICK;
}

/** What somebody is told whose wish the server refused. */
export function refusalOf(error: ServerError, of: keyof typeof TABLES): Refusal {
  const row = TABLES[of][error.code];
  if (row !== undefined)
    return { condition: row[0], type: row[1], text: `${row[2]}${code(error)}` };
  const words = error.words.replace(/\p{C}/gu, '').slice(0, 80).trim();
  const text = `The server refuses it${words === '' ? '.' : `: ${words}`}${code(error)}`;
  return { condition: 'undefined-condition', type: 'cancel', text };
}

/** A text that the server did not take. The log gets the number only. */
export function notTaken(error: ServerError, inPart: boolean): DeliveryError {
  const verdict: Verdict = TOO_FAST.has(error.code)
    ? { kind: 'later', afterMs: TOO_FAST_MS }
    : { kind: 'never', refusal: partly(refusalOf(error, 'text'), inPart) };
  return new DeliveryError(verdict, `the server answered ${error.code}`);
}

/** A line that was not made at all. */
export function notALine({ message, reason }: LineError): DeliveryError {
  const text =
    reason === 'too-long' ? 'It is too long for the server.' : 'It can not be sent to IRC.';
  const refusal: Refusal = { condition: 'not-acceptable', type: 'modify', text };
  return new DeliveryError({ kind: 'never', refusal }, message);
}

/** Why one can not come to a server at all. */
export function refusalOfEnding(why: Ending, server: string): Refusal {
  switch (why) {
    case 'banned':
    case 'too-fast':
      return wait('service-unavailable', `${server} does not let us in now. Please try later.`);
    case 'untrusted':
    case 'password':
    case 'insecure':
      return wait('service-unavailable', `${server} can not be used now. The administrator knows.`);
    case 'login':
      return wait('forbidden', `${server} does not take your log-in. Ask the administrator.`);
    case 'nick':
      return wait(
        'conflict',
        `On ${server} your nick is taken, and others like it. Choose another.`,
      );
    case 'full':
      return wait('resource-constraint', `${server} takes no more users now. Please try later.`);
    case 'killed':
    case 'flood':
      return wait('policy-violation', `${server} has thrown you out. Please try later.`);
    default:
      return wait('remote-server-timeout', `${server} can not be reached now. Please try later.`);
  }
}

function wait(condition: StanzaCondition, text: string): Refusal {
  return { condition, type: 'wait', text };
}

function code({ code: number }: ServerError): string {
  return number === 0 ? '' : ` (${number})`;
}

/** The parts before this one are there: "not delivered" would be untrue. */
function partly(refusal: Refusal, inPart: boolean): Refusal {
  return inPart ? { ...refusal, text: `Sent in part. ${refusal.text}`.slice(0, 120) } : refusal;
}
