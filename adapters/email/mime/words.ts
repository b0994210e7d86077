/** Header values: encoded words (RFC 2047), UTF-8 (RFC 6532), and what is neither. */

import { decodeText } from './charset.ts';

/** RFC 2047 §2 with the language of RFC 2231 §5. Blanks in it are forbidden, and sent. */
const ENCODED_WORD = /=\?([\w.:+-]{1,40})(?:\*[\w-]{0,40})?\?([bq])\?([^?]*)\?=/gi;

/**
 * @param raw one character a byte, unfolded
 * @returns one line
 */
export function decodeWords(raw: string): string {
  return oneLine(decoded(raw));
}

function decoded(raw: string): string {
  let text = '';
  let end = 0;
  let charset = '';
  let bytes: Buffer[] = [];
  const flush = () => {
    if (bytes.length > 0) text += decodeText(Buffer.concat(bytes), charset);
    bytes = [];
  };
  for (const word of raw.matchAll(ENCODED_WORD)) {
    const [whole, label = '', encoding = '', content = ''] = word;
    const between = raw.slice(end, word.index);
    const isAdjacent = end > 0 && between.trim() === '';
    // A character may be cut in two between adjacent words: their bytes are joined first.
    if (!isAdjacent || label.toLowerCase() !== charset) flush();
    if (!isAdjacent) text += plain(between);
    charset = label.toLowerCase();
    bytes.push(encoding.toLowerCase() === 'b' ? Buffer.from(content, 'base64') : unquote(content));
    end = word.index + whole.length;
  }
  flush();
  return text + plain(raw.slice(end));
}

function plain(raw: string): string {
  return /^\p{ASCII}*$/u.test(raw) ? raw : decodeText(Buffer.from(raw, 'latin1'));
}

/** RFC 2047 §4.2 */
function unquote(content: string): Buffer {
  const raw = content
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(raw, 'latin1');
}

/**
 * As it can stand in a line: no control characters, nothing that turns the direction of the line
 * around, one blank where there were many.
 */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g, '')
    .replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
}

/** A name has so many at most, in any script. */
const MAX_MARKS = 32;

/** A name without what nobody sees in it, and without towers of accents. */
export function visible(name: string): string {
  let marks = 0;
  return name
    .replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replace(/\p{Mn}/gu, (mark) => {
      marks += 1;
      return marks > MAX_MARKS ? '' : mark;
    });
}

/** @returns at most `max` UTF-16 units, no character cut in two */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
