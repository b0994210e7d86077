import { answerIn } from './answer.ts';
import { type DeliveryStatus, isStatusField, readDeliveryStatus } from './delivery-status.ts';
import { causeOf } from './meaning.ts';
import { readNotification } from './notification.ts';
import { halve } from './original.ts';
import { addressesIn } from './recipient.ts';
import { isAnswerOfMailbox, isConversation, signsOfServer, tellsOfFailure } from './signs.ts';
import { readTranscript, type Transcript } from './transcript.ts';

/** What of a mail is needed to read it as a bounce. */
export interface BounceMail {
  /** Lower-case names, decoded values, in order. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** The readable text of its body. */
  readonly text: string;
  /** `type` is the media type in lower case, without parameters. */
  readonly parts: readonly { readonly type: string; readonly content: Buffer }[];
}

/** What there is in a mail to judge it by, the most reliable first. */
export interface Evidence {
  readonly status: DeliveryStatus;
  /** X-Failed-Recipients, of Exim and Gmail. */
  readonly failedRecipients: readonly string[];
  readonly transcript: Transcript;
  /** The text without the mail that it gives back. */
  readonly report: readonly string[];
  /** The mail that it gives back. */
  readonly original: readonly string[];
}

const STATUS_PARTS = new Set(['message/delivery-status', 'message/global-delivery-status']);
const MOST_TEXT = 256 * 1024;
const MOST_LINES = 4_000;
const LONGEST_LINE = 1_000;
const MOST_RECIPIENTS = 100;

export function evidenceIn(mail: BounceMail): Evidence {
  const { report, original } = halve(linesOf(mail.text));
  const part = mail.parts.find(({ type }) => STATUS_PARTS.has(type));
  const inPart = readDeliveryStatus(part === undefined ? [] : linesOfPart(part));
  const inText = statusInText(mail.text, report, original);
  const prose =
    inText.recipients.length > 0 ? report.filter((line) => !isStatusField(line)) : report;
  return {
    status: inPart.recipients.length > 0 ? inPart : inText,
    failedRecipients: failedRecipientsOf(mail.headers),
    transcript: readTranscript(prose),
    report: prose,
    original,
  };
}

/** A server that has nothing to say itself may give back the report of another one. */
function statusInText(
  text: string,
  report: readonly string[],
  original: readonly string[],
): DeliveryStatus {
  const notified = readNotification(text.slice(0, MOST_TEXT));
  if (notified.length > 0) return { recipients: notified };
  const reported = readDeliveryStatus(report);
  const isSilent = reported.recipients.length === 0 && readTranscript(report).length === 0;
  return isSilent ? readDeliveryStatus(original) : reported;
}

/**
 * Whether it is a bounce: the header has to look like a server's, the body has to tell of a mail
 * that did not get through, and the weaker the one, the stronger the other.
 */
export function isBounce(mail: BounceMail, evidence: Evidence): boolean {
  const server = signsOfServer(mail.headers);
  const body = weightOfBody(evidence);
  // Whoever is away has the empty return path, too, and may write that his mailbox is full.
  if (isAnswerOfMailbox(mail.headers) && body < 3) return false;
  return server > 0 && body > 0 && server + body - (isConversation(mail.headers) ? 1 : 0) >= 3;
}

function weightOfBody(evidence: Evidence): number {
  if (evidence.status.recipients.length > 0) return 3;
  if (evidence.failedRecipients.length > 0) return 2;
  const { transcript, report } = evidence;
  const caused =
    transcript.some(({ lines }) => causeOf(lines) !== undefined) ||
    (transcript.length > 0 && answerIn(report) !== undefined);
  return (caused ? 1 : 0) + (tellsOfFailure(report.join(' ')) ? 1 : 0);
}

function failedRecipientsOf(headers: BounceMail['headers']): string[] {
  const fields = headers.get('x-failed-recipients') ?? [];
  const addresses = addressesIn(fields.join(' ').slice(0, 32 * 1024));
  return Array.from(new Set(addresses)).slice(0, MOST_RECIPIENTS);
}

export function linesOfPart({ content }: BounceMail['parts'][number]): string[] {
  return linesOf(content.subarray(0, MOST_TEXT).toString('utf8'));
}

function linesOf(text: string): string[] {
  return text
    .slice(0, MOST_TEXT)
    .split(/\r\n|\n|\r/, MOST_LINES)
    .map((line) => line.slice(0, LONGEST_LINE));
}
