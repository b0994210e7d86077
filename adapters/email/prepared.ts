/** What is fixed when a message is accepted, as it is stored with it: the same in every attempt. */

import type { AccountLink, OutboundMessage } from 'postern/adapter';
import type { EmailAccount } from './config.ts';
import { splitSubject, subjectFrom } from './subject.ts';
import type { Continuation, Threads } from './threading.ts';

/** Which thread a message goes on in, or begins. */
export function prepare(
  event: OutboundMessage,
  { jid }: AccountLink<EmailAccount>,
  threads: Threads,
  domain: string,
): string {
  const subject = splitSubject(event.text).subject ?? event.subject;
  const written = {
    messageId: messageIdOf(event, domain),
    at: event.acceptedAt,
    ...(subject === undefined ? {} : { subject }),
    ...(event.thread === undefined ? {} : { thread: event.thread }),
  };
  return writePrepared(threads.writes(`${jid} ${event.peer}`, written, subjectFrom(nameOf(jid))));
}

/** Without its brackets. The same for ever: a repeat is known by it. */
export function messageIdOf({ id }: Pick<OutboundMessage, 'id'>, domain: string): string {
  return `${id}@${domain}`;
}

/** "Juliet", for juliet@example.org: what a JID knows of its user's name. */
export function nameOf(jid: string): string {
  const local = jid.slice(0, jid.lastIndexOf('@'));
  return local.charAt(0).toUpperCase() + local.slice(1);
}

function writePrepared(continuation: Continuation): string {
  return JSON.stringify({ v: 1, ...continuation });
}

/** @throws Error for what no version of this adapter has written */
export function readPrepared({ prepared }: OutboundMessage): Continuation {
  const value: unknown = JSON.parse(prepared ?? 'null');
  if (typeof value !== 'object' || value === null) throw new Error('nothing was prepared');
  const { v, subject, inReplyTo, references } = value as Record<string, unknown>;
  const isText = (each: unknown) => typeof each === 'string';
  if (v !== 1 || !isText(subject) || !Array.isArray(references) || !references.every(isText)) {
    throw new Error('what was prepared is not of version 1');
  }
  const continuation = { subject: String(subject), references: references.map(String) };
  return typeof inReplyTo === 'string' ? { ...continuation, inReplyTo } : continuation;
}
