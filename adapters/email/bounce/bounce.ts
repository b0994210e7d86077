import { isVague } from './answer.ts';
import type { StatusGroup } from './delivery-status.ts';
import { type BounceMail, type Evidence, evidenceIn, isBounce, linesOfPart } from './evidence.ts';
import { type Cause, causeOf } from './meaning.ts';
import { halve, headerOf, lastIdIn, messageIdIn, toFieldIn } from './original.ts';
import { DELAY, GIVEN_UP } from './phrases.ts';
import { addressesIn, type BouncedRecipient, type Outcome } from './recipient.ts';
import { isOtherReport, signsOfServer } from './signs.ts';

export type { BounceMail } from './evidence.ts';
export type { BouncedRecipient } from './recipient.ts';

/** A report on the delivery of a mail: a DSN (RFC 3464), or what servers write in its place. */
export interface Bounce {
  /** At least one, at most 100. */
  readonly recipients: readonly BouncedRecipient[];
  readonly original?: Original;
}

/** The mail that it is about. */
interface Original {
  /** Without its brackets. */
  readonly messageId?: string;
  /** The ENVID of its transaction (RFC 3461 §4.4), as the report gives it. */
  readonly envelopeId?: string;
}

/** RFC 3462; RFC 6533 for the names with "global". */
const COPIES = new Set([
  'message/rfc822',
  'text/rfc822-headers',
  'message/global',
  'message/global-headers',
]);

/**
 * Reads a mail as a report on the delivery of another one. Undefined when it is none: an ordinary
 * mail, a vacation note, a report of another kind, a person's mail that quotes a bounce.
 *
 * The most reliable source decides: the fields of RFC 3464, then X-Failed-Recipients, then the
 * text. It believes what it reads: whether the report may speak of a mail is asked elsewhere.
 */
export function readBounce(mail: BounceMail): Bounce | undefined {
  const types = mail.parts.map(({ type }) => type);
  // Most mails end here: their text is not even looked at.
  if (signsOfServer(mail.headers) === 0) return undefined;
  if (isOtherReport(mail.headers, types)) return undefined;
  const evidence = evidenceIn(mail);
  if (!isBounce(mail, evidence)) return undefined;
  const groups = evidence.status.recipients;
  const recipients =
    groups.length > 0
      ? groups.map((group) => fromStatus(group, evidence))
      : fromText(mail, evidence);
  const original = originalOf(mail, evidence);
  return { recipients, ...(original === undefined ? {} : { original }) };
}

function fromStatus(group: StatusGroup, evidence: Evidence): BouncedRecipient {
  const stated = group.status;
  const outcome = group.outcome ?? (stated?.startsWith('2') ? 'delivered' : 'failed');
  const address = group.address ?? evidence.failedRecipients[0] ?? evidence.transcript[0]?.address;
  const base = { ...(address === undefined ? {} : { address }), outcome };
  if (outcome === 'delivered' || outcome === 'relayed') {
    return { ...base, ...(stated === undefined ? {} : { status: stated }) };
  }
  const diagnosed = causeOf([group.diagnostic], stated);
  if (diagnosed !== undefined && group.diagnostic !== '' && !isVague(diagnosed.status)) {
    return { ...base, ...diagnosed };
  }
  const told = causeOf(passageOf(address, evidence) ?? evidence.report, stated) ?? diagnosed;
  return { ...base, ...(told ?? unknownCause(outcome)) };
}

function fromText(mail: BounceMail, evidence: Evidence): BouncedRecipient[] {
  const report = evidence.report.join(' ').toLowerCase();
  const outcome: Outcome = DELAY.test(report) && !GIVEN_UP.test(report) ? 'delayed' : 'failed';
  const whole = causeOf(evidence.report) ?? unknownCause(outcome);
  return addressesOf(mail, evidence).map((address) => ({
    ...(address === undefined ? {} : { address }),
    outcome,
    ...(causeOf(passageOf(address, evidence) ?? []) ?? whole),
  }));
}

function unknownCause(outcome: Outcome): Cause {
  return { status: outcome === 'delayed' ? '4.0.0' : '5.0.0' };
}

function passageOf(address: string | undefined, evidence: Evidence): readonly string[] | undefined {
  const name = address?.toLowerCase();
  return evidence.transcript.find((passage) => passage.address.toLowerCase() === name)?.lines;
}

/** Who did not get the mail. A report goes to the mail's sender, who is therefore none of them. */
function addressesOf(mail: BounceMail, evidence: Evidence): readonly (string | undefined)[] {
  if (evidence.failedRecipients.length > 0) return evidence.failedRecipients;
  const named = evidence.transcript.map(({ address }) => address);
  const sender = addressesIn((mail.headers.get('to')?.[0] ?? '').slice(0, 1_000));
  const others = named.filter((address) => !sender.includes(address));
  if (others.length > 0) return others;
  if (named.length > 0) return named;
  return [addressesIn(toFieldIn(evidence.original))[0]];
}

/** The copy that the report carries names the mail; its own thread does so too, if less surely. */
function originalOf(mail: BounceMail, evidence: Evidence): Original | undefined {
  const copies = mail.parts.filter(({ type }) => COPIES.has(type)).map(linesOfPart);
  const others = mail.parts.map((part) => halve(linesOfPart(part)).original);
  const headers = [...copies.map(headerOf), evidence.original, ...others];
  const messageId =
    headers.map(messageIdIn).find((id) => id !== undefined) ??
    lastIdIn(mail.headers.get('in-reply-to') ?? []) ??
    lastIdIn(mail.headers.get('references') ?? []);
  const { envelopeId } = evidence.status;
  if (messageId === undefined && envelopeId === undefined) return undefined;
  return {
    ...(messageId === undefined ? {} : { messageId }),
    ...(envelopeId === undefined ? {} : { envelopeId }),
  };
}
