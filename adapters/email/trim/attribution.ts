/**
 * The line above a quote: "On 5 Jan 2024 at 15:20, Juliet <juliet@example.org> wrote:". It is known
 * by what it is made of (a date, an address, a verb, a colon, a quote below), not by a pattern for
 * each program and language; and it may be wrapped over several lines.
 */

import { WROTE } from './languages.ts';
import type { Line } from './lines.ts';

const MOST_LINES = 4;
const LONGEST = 500;
/** A program wraps no line that is shorter. */
const SHORTEST_WRAPPED = 30;

const VERB_LIST = WROTE.map((verb) => verb.replace(/[()]/g, '\\$&')).join('|');
const VERB = new RegExp(`(?<!\\p{L})(?:${VERB_LIST})(?!\\p{L})`, 'iu');
const VERB_AT_END = new RegExp(`(?<!\\p{L})(?:${VERB_LIST})[\\s:：_-]{0,20}$`, 'iu');
/** "wrote in message news:…", as Outlook Express had it. */
const IN_NEWS = /\bin message\s{0,2}(?:<?news:|<)/i;
const COLON = /[:：]\s?[-_]{0,8}$/;
const COLON_AFTER_ADDRESS = /[>)\]]\s{0,2}"?\s{0,2}[:：]$/;
const ADDRESS = /[^\s<>()"@]{1,64}@[^\s<>()"@]/u;
const BRACKETED_ADDRESS = /[<([][^<>()@]{0,80}@[^<>()@]{1,160}[>)\]]/u;
const TIME = /\p{Nd}{1,2}\s?[:.hH]\s?\p{Nd}{2}/u;
const NUMERIC_DATE = /\p{Nd}{1,4}([./-])\s?\p{Nd}{1,2}\1\s?\p{Nd}{1,4}/u;
const YEAR = /(?<!\p{Nd})(?:19|20|25)\p{Nd}{2}(?!\p{Nd})/u;
const DAY = /(?<!\p{Nd})\p{Nd}{1,2}(?!\p{Nd})/u;
const HAS_CJK_DATE = /\p{Nd}{4}\s?[年년]/u;
const SENTENCE_END = /\p{L}{2}[.!?]$/u;
/** "2024/1/5 Juliet <juliet@example.org>", as Gmail had it. */
const DATE_AND_ADDRESS =
  /^\p{Nd}{4}[/-]\p{Nd}{1,2}[/-]\p{Nd}{1,2}\s[^<>]{1,120}<[^<>@\s]{1,80}@[^<>@\s]{1,160}>$/u;
const POSTED_BY = /^posted by .{1,80} on \p{Nd}/iu;

/**
 * Where an attribution begins that ends with the line at `end`; undefined where none does.
 * `quoteBelow`: a quote is the next thing below it.
 */
export function attributionStart(
  lines: readonly Line[],
  end: number,
  quoteBelow: boolean,
): number | undefined {
  const last = lines[end]?.bare ?? '';
  if (last === '' || last.length > LONGEST || !couldEnd(last, quoteBelow)) return undefined;
  const found = candidates(lines, end).filter(
    ({ text }) => isBalanced(text) && isAttribution(text, quoteBelow),
  );
  const best =
    found.find(({ text, wrapped }) => wrapped && startsWithDate(text) && weight(text) > 1) ??
    found.find(({ text }) => !text.startsWith('<') && weight(text) > 1) ??
    found[0];
  return best?.start;
}

interface Candidate {
  readonly start: number;
  readonly text: string;
  /** A program may have wrapped it: the lines are long or all of a paragraph, and no sentence ends. */
  readonly wrapped: boolean;
}

/** The last line, the last two lines, and so on. */
function candidates(lines: readonly Line[], end: number): readonly Candidate[] {
  const found: Candidate[] = [];
  let text = '';
  let long = true;
  let ended = false;
  for (let start = end; start >= 0 && end - start < MOST_LINES; start -= 1) {
    const line = lines[start];
    if (line === undefined || line.bare === '' || line.depth !== lines[end]?.depth) break;
    if (start < end) {
      long &&= line.bare.length >= SHORTEST_WRAPPED;
      ended ||= SENTENCE_END.test(line.bare);
    }
    text = text === '' ? line.bare : `${line.bare} ${text}`;
    if (text.length > LONGEST) break;
    const wholeParagraph = (lines[start - 1]?.bare ?? '') === '';
    found.push({ start, text, wrapped: !ended && (long || wholeParagraph) });
  }
  return found;
}

function couldEnd(line: string, quoteBelow: boolean): boolean {
  if (COLON.test(line) || VERB_AT_END.test(line) || POSTED_BY.test(line)) return true;
  if (line.endsWith('>') && !quoteBelow) return DATE_AND_ADDRESS.test(line);
  return quoteBelow && (line.endsWith('>') || IN_NEWS.test(line) || line.endsWith('.'));
}

function isAttribution(text: string, quoteBelow: boolean): boolean {
  if (POSTED_BY.test(text) || DATE_AND_ADDRESS.test(text)) return true;
  const verb = VERB.test(text);
  const dated = hasDate(text);
  const named = BRACKETED_ADDRESS.test(text);
  const colon = COLON.test(text);
  if (!colon && !VERB_AT_END.test(text)) {
    if (!quoteBelow) return false;
    return (dated && named && startsWithDate(text)) || (verb && IN_NEWS.test(text));
  }
  if (verb && dated && (startsWithDate(text) || ADDRESS.test(text))) return true;
  if (verb && named) return true;
  if (dated && named && COLON_AFTER_ADDRESS.test(text)) return true;
  return quoteBelow && (verb || (colon && (dated || ADDRESS.test(text))));
}

/** How many things speak for it. */
function weight(text: string): number {
  return [VERB.test(text), hasDate(text), ADDRESS.test(text)].filter(Boolean).length;
}

function hasDate(text: string): boolean {
  if (TIME.test(text) || NUMERIC_DATE.test(text) || HAS_CJK_DATE.test(text)) return true;
  return YEAR.test(text) && DAY.test(text);
}

/** "On Tue, 22", "2016-01-05", "W dniu 2017": at most four short words and then a digit. */
function startsWithDate(text: string): boolean {
  const before = /^[^\p{Nd}<@"]{0,40}(?=\p{Nd})/u.exec(text)?.[0];
  return before !== undefined && before.trim().split(/\s+/).length <= 5;
}

/** The end of a wrapped line closes brackets that it did not open. */
function isBalanced(text: string): boolean {
  const close = text.search(/[>\])]/);
  return close === -1 || /[<[(]/.test(text.slice(0, close));
}
