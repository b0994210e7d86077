/**
 * What a mail says, found out in a worker thread: its text, its sender and whether that is proved, what
 * it reports of another mail. Nothing here decides whom it is shown to.
 */

import { createHash } from 'node:crypto';
import { DeliveryError, defineOpener, type Kept } from 'postern/adapter';
import { type Authenticity, authenticity } from './authenticity/authenticity.ts';
import { type Dns, openDns } from './authenticity/dns.ts';
import type { AutomaticKind } from './automatic.ts';
import { type Bounce, readBounce } from './bounce/bounce.ts';
import { type EmailConfig, verifyOf } from './config.ts';
import { type Envelope, readEnvelope } from './listener/envelope.ts';
import { type Attachment, type Mail, type Mailbox, readMail } from './mime/mail.ts';

/** A mail that was opened: plain data. */
export interface OpenedMail {
  readonly envelope: Envelope;
  /** Undefined where there is not exactly one that can be read. */
  readonly from: Mailbox | undefined;
  /** Whoever it says it is, as a person would write it; for those whom nobody confirms. */
  readonly claims: string;
  readonly authenticity: Authenticity;
  readonly subject: string;
  readonly messageId: string | undefined;
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  readonly sentAt: number | undefined;
  readonly body: Mail['body'];
  readonly attachments: readonly Attachment[];
  readonly furtherAttachments: number;
  readonly replyTo: readonly Mailbox[];
  /** To and Cc. */
  readonly others: readonly Mailbox[];
  readonly automatic: AutomaticKind | undefined;
  readonly damaged: string | undefined;
  readonly bounce: Bounce | undefined;
  /** Of the bytes behind the header: two mails with one id may be two mails. */
  readonly bodyDigest: string;
}

/** While DNS does not answer, a sender may be proved later. Then he counts as unproved. */
const PROOF_WITHIN_MS = 30 * 60_000;
/** Soon at first: most often they are away for seconds. */
const PROOF_SOON_MS = 5_000;
const PROOF_LATE_MS = 60_000;

let dns: Dns | undefined;

export default defineOpener(async (kept: Kept, config: EmailConfig): Promise<OpenedMail> => {
  const envelope = readEnvelope(kept.envelope);
  const raw = Buffer.from(kept.raw.buffer, kept.raw.byteOffset, kept.raw.byteLength);
  const mail = await readMail(raw, envelope.receivedAt);
  const from = mail.fromHeaders === 1 && mail.from.length === 1 ? mail.from[0] : undefined;
  const bounce = readBounce({
    headers: new Map([...mail.headers, ['return-path', [`<${envelope.mailFrom}>`]]]),
    text: mail.body.text,
    parts: mail.parts,
  });
  const proof = await proofOf(raw, from, envelope, config);
  // What looks like a bounce does not wait: if it is one, the address that it came to proves it.
  if (bounce === undefined) mayBeProvedLater(proof, kept.keptAt);
  return {
    envelope,
    from,
    claims: claimOf(mail),
    authenticity: proof,
    subject: mail.subject,
    messageId: mail.messageId,
    inReplyTo: mail.inReplyTo,
    references: mail.references,
    sentAt: mail.sentAt,
    body: mail.body,
    attachments: mail.attachments,
    furtherAttachments: mail.furtherAttachments,
    replyTo: mail.replyTo,
    others: [...mail.to, ...mail.cc],
    automatic: mail.automatic,
    damaged: mail.damaged,
    bounce,
    bodyDigest: createHash('sha256').update(bodyOf(raw)).digest('base64url'),
  };
});

const UNPROVED: Authenticity = {
  is: 'unconfirmed',
  why: 'there is no proof of its sender',
  rejectedByPolicy: false,
};

async function proofOf(
  raw: Buffer,
  from: Mailbox | undefined,
  envelope: Envelope,
  config: EmailConfig,
): Promise<Authenticity> {
  const verify = verifyOf(config.verify);
  if (verify === undefined) return UNPROVED;
  dns ??= openDns(config.resolver);
  return await authenticity(
    {
      raw,
      from: from?.address === '' ? undefined : from?.address,
      remoteAddress: envelope.remoteAddress,
      helo: envelope.helo,
      mailFrom: envelope.mailFrom,
      mta: 'postern',
      receivedAt: new Date(envelope.receivedAt),
    },
    verify,
    dns,
  );
}

/** @throws DeliveryError where it is worth while to ask again */
function mayBeProvedLater(proof: Authenticity, keptAt: number): void {
  const waited = Date.now() - keptAt;
  if (proof.is !== 'unknown' || waited >= PROOF_WITHIN_MS) return;
  const afterMs = Math.min(Math.max(waited, PROOF_SOON_MS), PROOF_LATE_MS);
  throw new DeliveryError({ kind: 'later', afterMs }, proof.why);
}

function claimOf({ from }: Mail): string {
  const said = from
    .slice(0, 3)
    .map(({ name, address }) => [name, address && `<${address}>`].filter(Boolean).join(' '))
    .filter((claim) => claim !== '');
  return said.length === 0 ? 'nobody' : said.join(', ');
}

function bodyOf(raw: Buffer): Buffer {
  const end = raw.indexOf('\r\n\r\n');
  return end < 0 ? raw : raw.subarray(end + 4);
}
