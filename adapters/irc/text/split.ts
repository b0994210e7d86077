/** A text as lines that a server takes: each at most so many bytes, cut where a person would. Pure. */

export interface SplitLimits {
  /** Of UTF-8, in one part: `Wire.textBytes`. */
  readonly bytes: number;
  readonly parts: number;
}

export interface Split {
  /** None is empty. The same text and limits always give the same parts. */
  readonly parts: readonly string[];
  /** False where there would have been more parts than are allowed. */
  readonly isWhole: boolean;
}

/** Nothing is cut smaller: or the codes that are carried over would leave no room for text. */
const LEAST_BYTES = 32;
/** Codes that switch a style on and, the next time, off. */
const TOGGLES = ['\x02', '\x11', '\x16', '\x1d', '\x1e', '\x1f'];
const SPACE = ' ';
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** @param text lines divided by LF. Blank lines within it stay; at its ends they are left out. */
export function splitText(text: string, limits: SplitLimits): Split {
  const bytes = Math.max(limits.bytes, LEAST_BYTES);
  const parts: string[] = [];
  const start = text.lastIndexOf('\n', Math.max(text.search(/\S/), 0)) + 1;
  for (const line of text.slice(start).trimEnd().split('\n')) {
    let rest = line.trimEnd() || SPACE;
    while (rest !== '') {
      if (parts.length >= limits.parts) return { parts, isWhole: false };
      const end = endOfPart(rest, bytes);
      const part = rest.slice(0, end);
      parts.push(part.trimEnd() || SPACE);
      rest = rest.slice(end).trimStart();
      if (rest !== '') rest = openStyles(part) + rest;
    }
  }
  return { parts, isWhole: true };
}

/** After the last word that fits, else after the last character that does. */
function endOfPart(rest: string, bytes: number): number {
  const most = lengthWithin(rest, bytes);
  if (most === rest.length) return most;
  const space = rest.lastIndexOf(SPACE, most);
  if (space > 0 && rest.slice(0, space).trim() !== '') return space;
  let end = 0;
  // What a character is depends on the one after it.
  for (const { index } of graphemes.segment(rest.slice(0, most + 8))) {
    if (index > most) break;
    end = index;
  }
  return end === 0 ? most : end;
}

/** @returns how many UTF-16 units from the start have so many bytes, never half of a surrogate pair */
function lengthWithin(text: string, bytes: number): number {
  if (text.length * 3 <= bytes) return text.length;
  let left = bytes;
  let length = 0;
  for (const char of text) {
    left -= Buffer.byteLength(char);
    if (left < 0) break;
    length += char.length;
  }
  return length;
}

/** What is switched on at the end of a part, so that the next one looks the same. */
function openStyles(part: string): string {
  return TOGGLES.filter((code) => part.split(code).length % 2 === 0).join('');
}
