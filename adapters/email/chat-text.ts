/** A mail as a person reads it in a chat. Pure. */

import type { OpenedMail } from './opener.ts';

/** What stands around the text of a mail. */
export interface Surroundings {
  /** The subject, where it is to be shown. */
  readonly title?: string;
  /** Nobody confirms the sender: why. */
  readonly unconfirmed?: string;
  /** The name before the @ to which it was written, where that is not the user's usual one. */
  readonly sentTo?: string;
  /** The addresses of this user to which it came, in lower case. */
  readonly own: readonly string[];
}

const MOST_NAMED = 5;

/** @param body all of it, or what is new in it */
export function chatText(mail: OpenedMail, body: string, around: Surroundings): string {
  const { title, unconfirmed, sentTo, own } = around;
  const lines = [
    ...(title === undefined ? [] : [title]),
    ...(unconfirmed === undefined ? [] : [warningOf(mail, unconfirmed)]),
    ...(mail.automatic === 'reply' ? ['[An automatic reply]'] : []),
    ...(sentTo === undefined ? [] : [`[Sent to ${sentTo}]`]),
    ...(body.trim() === '' ? [] : [body]),
    ...mail.attachments.map(({ name, size }) => `📎 ${name} (${sizeOf(size)})`),
    ...sealedNote(mail),
    ...filesNote(mail),
    ...othersNote(mail, own),
    ...answersNote(mail),
    ...(mail.damaged === undefined
      ? []
      : [`[Not all of it can be shown, because ${mail.damaged}.]`]),
  ];
  return lines.length === 0 ? '[An empty mail.]' : lines.join('\n');
}

function warningOf({ claims }: OpenedMail, why: string): string {
  return `⚠ This says it is from ${claims}. Do not rely on it: ${why}.`;
}

/** RFC 3156 §4, RFC 8551 §3.2: all of the mail, in a file. */
const SEALED = /^application\/(?:pgp-encrypted|(?:x-)?pkcs7-mime)$/;

function sealedNote({ attachments }: OpenedMail): string[] {
  if (!attachments.some(({ type }) => SEALED.test(type))) return [];
  return ['[It is encrypted or sealed, and can not be read here. Ask its sender for plain text.]'];
}

function filesNote({ attachments, furtherAttachments }: OpenedMail): string[] {
  if (attachments.length === 0) return [];
  const more = furtherAttachments > 0 ? `${furtherAttachments} more came. ` : '';
  return [`[${more}This gateway can not bring files yet.]`];
}

/** Whoever else got it, users here too: an answer goes to its sender alone. */
function othersNote({ others }: OpenedMail, own: readonly string[]): string[] {
  const addresses = others.map(({ address }) => address).filter((address) => address !== '');
  const rest = [...new Set(addresses)].filter((address) => !own.includes(address.toLowerCase()));
  if (rest.length === 0) return [];
  const more = rest.length > MOST_NAMED ? ` and ${rest.length - MOST_NAMED} more` : '';
  return [`[Also to ${rest.slice(0, MOST_NAMED).join(', ')}${more}]`];
}

function answersNote({ replyTo, from }: OpenedMail): string[] {
  const [wanted] = replyTo;
  if (wanted === undefined || wanted.address === '') return [];
  if (wanted.address.toLowerCase() === from?.address.toLowerCase()) return [];
  return [`[Answers are wanted at ${wanted.address}]`];
}

/** "213 KB", in powers of 1,000 as file managers show it. */
export function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  const [unit, divisor] = bytes < 1_000_000 ? ['KB', 1_000] : ['MB', 1_000_000];
  const size = bytes / Number(divisor);
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}
