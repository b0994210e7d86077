import { anyOf } from './any-of.ts';
import { isStatusField } from './delivery-status.ts';

/** A report's text in two: what the server says, and what it gives back of the mail. */
export interface Halves {
  readonly report: readonly string[];
  readonly original: readonly string[];
}

const HEADER = /^[A-Za-z][A-Za-z0-9-]{1,60}:(?:\s|$)/;
/** Fields that a mail has and a report does not talk of at the start of a line. */
const TELLING =
  /^(?:received|return-path|message-id|mime-version|dkim-signature|x-received|from|content-type):/i;
/** A line that announces the copy: each server has its own, and all have these words. */
const ANNOUNCES = anyOf(
  /(?:copy of|original|unsent|returned|undelivered|header).{0,40}(?:message|mail|header|info)/,
  /(?:message|mail)s? (?:header|follow)/,
);

/** Cuts where the copy of the mail begins. */
export function halve(lines: readonly string[]): Halves {
  const at = lines.findIndex((_, index) => beginsCopy(lines, index));
  if (at === -1) return { report: lines, original: [] };
  return { report: lines.slice(0, at), original: lines.slice(at) };
}

function beginsCopy(lines: readonly string[], index: number): boolean {
  const line = lines[index] ?? '';
  if (line.length < 200 && ANNOUNCES.test(line.toLowerCase())) {
    const next = lines.slice(index + 1, index + 6).find((other) => /[A-Za-z0-9]/.test(other));
    return next !== undefined && HEADER.test(next) && !isStatusField(next);
  }
  if (!HEADER.test(line) || isStatusField(line)) return false;
  const run = lines.slice(index, index + 12);
  const end = run.findIndex((other) => !HEADER.test(other) && !/^[ \t]+\S/.test(other));
  const fields = (end === -1 ? run : run.slice(0, end)).filter((other) => HEADER.test(other));
  return fields.length >= 3 && TELLING.test(line) && !fields.some(isStatusField);
}

/** The header of a mail: its lines as far as the first empty one. */
export function headerOf(mail: readonly string[]): readonly string[] {
  const start = mail.findIndex((line) => line !== '');
  const end = mail.indexOf('', Math.max(start, 0));
  return end === -1 ? mail : mail.slice(0, end);
}

/** The Message-ID in the header of a mail, without its brackets (RFC 5322 §3.6.4). */
export function messageIdIn(lines: readonly string[]): string | undefined {
  const at = lines.findIndex((line) => /^\s{0,3}message-id\s?:/i.test(line));
  return at === -1 ? undefined : lastIdIn(lines.slice(at, at + 2));
}

/** The last Message-ID in the values of a field: in References, that of the mail answered. */
export function lastIdIn(values: readonly string[]): string | undefined {
  const ids = values
    .join(' ')
    .slice(-1_000)
    .matchAll(/<([^\s<>]{3,250})>/g);
  return Array.from(ids, ([, id]) => id).at(-1);
}

/** To whom the mail went, by its own header: the field, with all that is in it. */
export function toFieldIn(lines: readonly string[]): string {
  return lines.find((line) => /^\s{0,3}to:/i.test(line)) ?? '';
}
