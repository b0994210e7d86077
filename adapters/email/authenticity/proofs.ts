/** Who signed a mail, and who vouches for the server that brought it. */

import { isIP } from 'node:net';
import type { DKIMResult } from 'mailauth';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { spf } from 'mailauth/lib/spf/index.js';
import { count, type Head } from './head.ts';
import type { Questions } from './questions.ts';
import type { Received } from './verdict.ts';

/** Each costs a hash of the body and a question. */
const MAX_SIGNATURES = 10;
/** Bytes. They take one or two thousand, with copies of the signed fields a few more. */
const MAX_SIGNATURE = 8_192;
const MIN_RSA_BITS = 1_024;
/** A signer's clock may be ahead of ours, in milliseconds. */
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * Fields that a reader sees one of. With a second one, the signature may cover the one that is not shown
 * (RFC 6376 §8.15).
 */
const SHOWN_ONCE = ['subject', 'date', 'message-id', 'content-type', 'content-transfer-encoding'];

/** A domain that passed, or could not be asked. */
export interface Proof {
  readonly by: 'dkim' | 'spf';
  readonly domain: string;
  readonly is: 'passed' | 'unanswered';
  /** Whether all that is shown of the mail is covered. */
  readonly whole: boolean;
}

/** RFC 6376. No ARC: it says what others have checked, and any of them can be a stranger. */
export async function signatures(
  mail: Received,
  head: Head,
  questions: Questions,
): Promise<readonly Proof[]> {
  const now = mail.receivedAt ?? new Date();
  const { results } = await dkimVerify(bounded(mail.raw, head), {
    resolver: questions.ask,
    minBitLength: MIN_RSA_BITS,
    rejectRsaSha1: true,
    curTime: now,
  });
  const singular = SHOWN_ONCE.every((name) => count(head, name) <= 1);
  const hasSubject = count(head, 'subject') > 0;
  return results.flatMap((result): Proof[] => {
    const { signingDomain: domain, status } = result;
    if (domain === undefined || !isTimely(result, now)) return [];
    // A subject that is not signed is anybody's. Content-Type is not asked for: large senders leave it out.
    const signed = (result.signingHeaders?.keys ?? '').toLowerCase().split(/[:\s]+/);
    const covered = !hasSubject || signed.includes('subject');
    // l= leaves room for anybody to append what he likes (RFC 6376 §8.2).
    const whole = singular && covered && !status.underSized;
    const proof = { by: 'dkim', domain, whole } as const;
    if (status.result === 'temperror') return [{ ...proof, is: 'unanswered' }];
    return status.result === 'pass' ? [{ ...proof, is: 'passed' }] : [];
  });
}

/** RFC 7208: whether the domain of the envelope sender, or of a null sender's HELO, names this server. */
export async function path(mail: Received, questions: Questions): Promise<readonly Proof[]> {
  if (isIP(mail.remoteAddress) === 0) return [];
  const { domain, status } = await spf({
    sender: mail.mailFrom,
    ip: mail.remoteAddress,
    helo: isIP(mail.helo) === 0 ? mail.helo : `[${mail.helo}]`,
    mta: mail.mta,
    resolver: questions.ask,
  });
  const proof = { by: 'spf', domain, whole: true } as const;
  if (status.result === 'temperror') return [{ ...proof, is: 'unanswered' }];
  return status.result === 'pass' ? [{ ...proof, is: 'passed' }] : [];
}

/** mailauth leaves out the expired, but takes those of the future. */
function isTimely(result: DKIMResult, now: Date): boolean {
  return !result.signTime || Date.parse(result.signTime) <= now.getTime() + CLOCK_SKEW_MS;
}

/** The mail without what mailauth would work through for nothing, however much there is of it. */
function bounded(raw: Buffer, head: Head): Buffer {
  let signaturesLeft = MAX_SIGNATURES;
  const kept = head.fields.filter(({ name, start, end }) => {
    if (name !== 'dkim-signature') return !name.startsWith('arc-');
    if (end - start > MAX_SIGNATURE) return false;
    signaturesLeft -= 1;
    return signaturesLeft >= 0;
  });
  if (kept.length === head.fields.length) return raw;
  const fields = kept.map(({ start, end }) => raw.subarray(start, end));
  return Buffer.concat([...fields, raw.subarray(head.end)]);
}
