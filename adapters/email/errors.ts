/** What a sender is told of a mail that was not delivered. Pure. */

import type { Refusal, StanzaCondition, StanzaErrorType } from 'postern/adapter';

/** What a mail server said, or a report of one. */
export interface Failure {
  /** RFC 3463: "5.1.1". */
  readonly status?: string;
  /** RFC 5321 §4.2: 550. */
  readonly reply?: number;
  /** The server's own, shown where its codes tell nothing. */
  readonly words?: string;
  readonly recipient?: string;
}

type Rule = readonly [condition: StanzaCondition, type: StanzaErrorType, reason: string];

const STATUS = /^[245]\.(\d{1,3})\.(\d{1,3})$/;
const MAX_TEXT = 120;
/** Of a recipient, at least. */
const MIN_RECIPIENT = 24;
const MIN_WORDS = 12;

const NO_MAILBOX: Rule = ['item-not-found', 'cancel', 'this mailbox does not exist'];
const NO_DOMAIN: Rule = ['remote-server-not-found', 'cancel', 'this domain takes no mail'];
const SENDER: Rule = ['not-allowed', 'cancel', 'their server does not accept your address'];
const FULL: Rule = ['resource-constraint', 'wait', 'this mailbox is full'];
const TOO_LARGE: Rule = ['not-acceptable', 'modify', 'it is too large for a server on the way'];
const SILENT: Rule = ['remote-server-timeout', 'wait', 'their server did not answer'];
const TOO_LATE: Rule = ['remote-server-timeout', 'wait', 'their server did not take it in time'];
const BUSY: Rule = ['resource-constraint', 'wait', 'their server takes no more mail now'];
const UNREADABLE: Rule = ['not-acceptable', 'modify', 'their server can not take such a message'];
const UNSAFE: Rule = ['policy-violation', 'cancel', 'their server asks for a safer connection'];
const UNPROVEN: Rule = ['policy-violation', 'cancel', 'their server could not prove who sent it'];
const REFUSED: Rule = ['policy-violation', 'cancel', 'their server does not allow it'];
const UNKNOWN: Rule = ['undefined-condition', 'cancel', 'their server refused it'];

/** By subject and detail: a class of 4 means that it was given up. RFC 3463, RFC 5248 and its registry. */
const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['1.0', NO_MAILBOX],
  ['1.1', NO_MAILBOX],
  ['1.2', ['remote-server-not-found', 'cancel', 'there is no such mail domain']],
  ['1.3', ['jid-malformed', 'cancel', 'their server can not read this address']],
  ['1.4', ['item-not-found', 'cancel', 'several mailboxes have this address']],
  ['1.6', ['gone', 'cancel', 'this mailbox has moved']],
  ['1.7', SENDER],
  ['1.8', SENDER],
  ['1.9', UNREADABLE],
  ['1.10', NO_DOMAIN],
  ['2.0', ['recipient-unavailable', 'cancel', 'this mailbox takes no mail']],
  ['2.1', ['recipient-unavailable', 'cancel', 'this mailbox is closed']],
  ['2.2', FULL],
  ['2.3', TOO_LARGE],
  ['2.4', ['recipient-unavailable', 'cancel', 'this mailing list is out of order']],
  ['3.1', ['resource-constraint', 'wait', 'their server is full']],
  ['3.2', BUSY],
  ['3.3', UNREADABLE],
  ['3.4', TOO_LARGE],
  ['4.1', SILENT],
  ['4.2', SILENT],
  ['4.3', ['remote-server-not-found', 'cancel', 'their server could not be looked up']],
  ['4.4', ['remote-server-not-found', 'cancel', 'no way to their server is known']],
  ['4.5', BUSY],
  ['4.6', ['remote-server-not-found', 'cancel', 'their servers sent it round in circles']],
  ['4.7', TOO_LATE],
  ['6.7', ['not-acceptable', 'cancel', 'a server on the way can not take this address']],
  ['7.2', ['forbidden', 'cancel', 'only members may write to this list']],
  ['7.10', UNSAFE],
  ['7.11', UNSAFE],
  ['7.17', ['gone', 'cancel', 'this mailbox belongs to somebody else now']],
  ['7.20', UNPROVEN],
  ['7.21', UNPROVEN],
  ['7.22', UNPROVEN],
  ['7.23', UNPROVEN],
  ['7.24', UNPROVEN],
  ['7.25', UNPROVEN],
  ['7.26', UNPROVEN],
  ['7.27', SENDER],
  ['7.28', BUSY],
]);

/** By subject, where the detail says nothing more. Subjects 0 and 5 say nothing of a mail. */
const SUBJECTS: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['1', NO_MAILBOX],
  ['2', ['recipient-unavailable', 'cancel', 'this mailbox takes no mail']],
  ['3', ['service-unavailable', 'cancel', 'their server is out of order']],
  ['4', ['remote-server-timeout', 'cancel', 'their server could not be reached']],
  ['6', UNREADABLE],
  ['7', REFUSED],
]);

/** RFC 5321 §4.2.3, where there is no status. */
const REPLIES: ReadonlyMap<number, Rule> = new Map([
  [551, NO_MAILBOX],
  [552, FULL],
  [553, NO_MAILBOX],
  [556, NO_DOMAIN],
]);

/** "Not delivered to bob@example.com: this mailbox does not exist (550 5.1.1)." At most 120 characters. */
export function refusalOf(failure: Failure): Refusal {
  const status = STATUS.exec(failure.status ?? '')?.[0];
  const codes = [failure.reply, status].filter((code) => code !== undefined).join(' ');
  const end = codes === '' ? '.' : ` (${codes}).`;
  const address = printable(failure.recipient ?? '');
  const words = printable(failure.words ?? '');
  const begin = address === '' ? 'Not delivered' : 'Not delivered to ';
  const room = MAX_TEXT - begin.length - ': '.length - end.length;
  const known = statusRule(failure.status);
  const [condition, type, reason] = known ?? REPLIES.get(failure.reply ?? 0) ?? UNKNOWN;
  const told = known === undefined && words !== '' ? quoted(words, room, address) : reason;
  return {
    condition,
    type,
    text: `${begin}${shortened(address, room - told.length)}: ${told}${end}`,
  };
}

function statusRule(status = ''): Rule | undefined {
  const [, subject = '', detail = ''] = STATUS.exec(status) ?? [];
  return RULES.get(`${subject}.${detail}`) ?? SUBJECTS.get(subject);
}

/** The recipient gives way to the words, and the words to a part of the recipient. */
function quoted(words: string, room: number, address: string): string {
  const frame = 'their server says ""';
  const left = room - frame.length - Math.min(address.length, MIN_RECIPIENT);
  const short = shortened(words.replaceAll('"', "'"), Math.max(left, MIN_WORDS));
  return `their server says "${short}"`;
}

function printable(text: string): string {
  return text
    .slice(0, 1_000)
    .toWellFormed()
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
}

/** At most so many UTF-16 code units. */
function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text
    .slice(0, Math.max(length - 1, 0))
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()}…`;
}
