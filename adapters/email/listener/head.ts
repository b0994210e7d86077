/** What must be known of a mail's header before it is taken. Everything else waits for the opener. */

import { createHash } from 'node:crypto';
import type { EventId } from 'postern/adapter';
import type { Envelope } from './envelope.ts';
import { HEADER_TOO_BIG, LOOP, NOT_ONE_FROM, type Refusal } from './reply.ts';

const MAX_HEADER_BYTES = 256 * 1024;
/** RFC 5321 §6.3 */
const MAX_RECEIVED = 25;
const HEADER = /^(from|received|message-id)[ \t]*:([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)/gim;

/** What every server on the way adds. */
const RECEIVED = /^received[ \t]*:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*/gim;

export interface Head {
  /** Of the `Message-ID` header, as it stands there; empty without one. */
  readonly messageId: string;
  /** Where the body begins. */
  readonly bodyAt: number;
}

/**
 * A mail of ours that comes back is taken like any other: a list, or an address of several people, gives
 * back what was written to it, and its author would be told that it failed.
 *
 * @param raw with CRLF at the end of every line
 */
export function readHead(raw: Buffer): Head | Refusal {
  const end = endOfHeader(raw);
  if (end > MAX_HEADER_BYTES) return HEADER_TOO_BIG;
  const seen = new Map<string, { count: number; value: string }>();
  for (const [, name = '', value = ''] of raw.toString('latin1', 0, end).matchAll(HEADER)) {
    const key = name.toLowerCase();
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, { count: 1, value: value.trim() });
    else earlier.count += 1;
  }
  // Who is it from? Of two answers every reader takes another one.
  if (seen.get('from')?.count !== 1) return NOT_ONE_FROM;
  if ((seen.get('received')?.count ?? 0) > MAX_RECEIVED) return LOOP;
  const messageId = seen.get('message-id')?.value ?? '';
  return { messageId, bodyAt: Math.min(end + 2, raw.length) };
}

/**
 * The same for a mail that is sent again: its sender has not heard, or not believed, that we have it.
 * All counts that may prove who sent it: a forged copy with the same Message-ID is another mail. What
 * comes again on another way is known when it is opened. Undefined without a Message-ID: two mails can
 * be alike.
 */
export function eventIdOf(
  raw: Buffer,
  { messageId, bodyAt }: Head,
  { recipients, mailFrom, remoteAddress }: Sent,
): EventId | undefined {
  if (messageId === '') return undefined;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([recipients.toSorted(), mailFrom, remoteAddress]));
  hash.update(raw.toString('latin1', 0, bodyAt).replace(RECEIVED, ''), 'latin1');
  hash.update(raw.subarray(bodyAt));
  return hash.digest('hex') as EventId;
}

type Sent = Pick<Envelope, 'recipients' | 'mailFrom' | 'remoteAddress'>;

/** After the last header's line. */
function endOfHeader(raw: Buffer): number {
  if (raw.toString('latin1', 0, 2) === '\r\n') return 0;
  const empty = raw.indexOf('\r\n\r\n', 0, 'latin1');
  return empty < 0 ? raw.length : empty + 2;
}
