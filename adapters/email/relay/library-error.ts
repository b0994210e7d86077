/** What the SMTP library throws, read. Its own errors go no further: they may hold a password, or a mail. */

import { answered, Mishap, type Step } from './mishap.ts';
import { cleaned, parseReply, type Reply } from './reply.ts';

export function contentMishap(error: unknown, handed: boolean): Mishap {
  const reply = replyIn(error);
  // Its words are not repeated: they may hold some of the mail.
  const reason = reply === undefined ? reasonOf(error) : answered(reply, 'the mail', false);
  return new Mishap('content', reason, { reply, handed });
}

export function mishapOf(step: Step, error: unknown): Mishap {
  const reply = replyIn(error);
  const told = textIn(error, 'command') ?? 'us';
  const to = told === 'CONN' ? 'the connection' : told;
  const reason = reply === undefined ? reasonOf(error) : answered(reply, to);
  if (step !== 'session' || reply !== undefined) return new Mishap(step, reason, { reply });
  return new Mishap(step, reason, { misconfigured: isMisconfigured(error) });
}

/** Its certificate is not to be trusted, it speaks another TLS, or no SMTP: no trouble of the network. */
function isMisconfigured(error: unknown): boolean {
  const code = textIn(error, 'code');
  if (code !== 'ESOCKET') return code === 'EPROTOCOL';
  return /^(?:EPROTO|[A-Z]+_[A-Z0-9_]+)$/.test(textIn(error, 'originalCode') ?? '');
}

export function replyIn(error: unknown): Reply | undefined {
  return parseReply(textIn(error, 'response') ?? '');
}

function reasonOf(error: unknown): string {
  const words = error instanceof Error ? cleaned(error.message) : 'unknown';
  const code = textIn(error, 'originalCode') ?? '';
  return `no answer: ${words.includes(code) ? words : `${code} ${words}`}`;
}

function textIn(error: unknown, field: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, field);
  return typeof value === 'string' ? value : undefined;
}
