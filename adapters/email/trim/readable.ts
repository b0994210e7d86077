import { htmlToLines } from './html.ts';
import { CUT, joined, type Line, linesOf, withoutMarks } from './lines.ts';
import type { How } from './structure.ts';
import { freshText } from './trimmer.ts';

/** Characters of a plain body that are read; no chat shows as many. */
const MAX_PLAIN = 1 << 20;
/** A body as text: lines end with LF, none with a blank; no empty lines around. */
export interface Readable {
  /** All of it. */
  readonly text: string;
  /** What is new: without quoted history, signature and footers. Empty only if `text` is. */
  readonly fresh: string;
  /** Whether they differ in more than white space. */
  readonly trimmed: boolean;
}

/** Of a plain body, decoded and with format=flowed undone (RFC 3676). Linear. */
export function readablePlain(text: string, how: How = {}): Readable {
  const cut = text.length > MAX_PLAIN ? `${text.slice(0, MAX_PLAIN)}\n${CUT}` : text;
  return readable(linesOf(withoutMarks(cut)), how);
}

/** Of an HTML body. Quotes are shown as in plain text, with `>`. Linear. */
export function readableHtml(html: string, how: How = {}): Readable {
  return readable(htmlToLines(html), how);
}

function readable(lines: readonly Line[], how: How): Readable {
  const text = joined(lines);
  const fresh = freshText(lines, how);
  return { text, fresh, trimmed: words(fresh) !== words(text) };
}

function words(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
