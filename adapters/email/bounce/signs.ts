import { FAILURE, SUBJECT } from './phrases.ts';

type Headers = ReadonlyMap<string, readonly string[]>;

const DAEMON =
  /mailer-?daemon|post_?master|mail(?:er)?[ ._-]?(?:delivery|administrator|system)|delivery (?:sub)?system|system administrator|mdaemon|no-reply@sns\.amazonaws\.com/i;
const ADMIN = /-admin@|sysadmin@|\badmin(?:istrator)?@/i;
/** Nobody has written to them. */
const NO_REPLY = /\b(?:do-?)?not?-?reply@/i;

/** A report of another kind: of an abuse (RFC 5965), of a displayed mail (RFC 8098). */
export function isOtherReport(headers: Headers, types: readonly string[]): boolean {
  const type = first(headers, 'content-type');
  return (
    /report-type\s?=\s?"?(?:feedback-report|disposition-notification)/i.test(type) ||
    types.includes('message/feedback-report') ||
    types.includes('message/disposition-notification')
  );
}

/**
 * How strongly the header says that a server wrote this mail: 0 to 4. Anybody can write a header,
 * and persons quote the subject of a bounce; vacation notes have the empty return path too.
 */
export function signsOfServer(headers: Headers): number {
  const nobody = /^\s?<?\s?>?\s?$/.test(first(headers, 'return-path', '?'));
  const others =
    (isFromServer(headers) ? 2 : 0) + (nobody || ADMIN.test(first(headers, 'from')) ? 1 : 0);
  return others + (others > 0 && SUBJECT.test(first(headers, 'subject').toLowerCase()) ? 1 : 0);
}

function isFromServer(headers: Headers): boolean {
  const from = first(headers, 'from');
  return (
    /^\s?multipart\/report/i.test(first(headers, 'content-type')) ||
    headers.has('x-failed-recipients') ||
    DAEMON.test(from) ||
    /^\s?<\s?>$/.test(from) ||
    /mailer-daemon/i.test(first(headers, 'return-path'))
  );
}

/** A vacation note, a ticket, a question whether one is a person: in the name of the one written to. */
export function isAnswerOfMailbox(headers: Headers): boolean {
  const from = first(headers, 'from');
  return !isFromServer(headers) && !ADMIN.test(from) && !NO_REPLY.test(from);
}

/** Whether the text says, in words, that a mail did not get through. */
export function tellsOfFailure(report: string): boolean {
  return FAILURE.test(report.toLowerCase());
}

/** Whether the mail is an answer or came over a mailing list (RFC 2919): persons quote bounces. */
export function isConversation(headers: Headers): boolean {
  return (
    headers.has('list-id') ||
    headers.has('list-post') ||
    /^\s?(?:re|aw|sv|fwd?|wg)\s?:/i.test(first(headers, 'subject'))
  );
}

function first(headers: Headers, name: string, otherwise = ''): string {
  return (headers.get(name)?.[0] ?? otherwise).slice(0, 500);
}
