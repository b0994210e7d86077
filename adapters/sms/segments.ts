/**
 * What a text costs, and how it is cut. A text is charged by the segment: 160 characters of the GSM
 * alphabet (GSM 03.38), or 70 UTF-16 code units as soon as one character is not in it; a little less
 * when it needs several.
 */

const GSM_BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Sent as an escape and a character: they take two places, and are not torn apart. */
const GSM_EXTENSION = new Set('\f^{}\\[~]|€');

const GSM_CAPACITY = { single: 160, joined: 153 };
const UCS2_CAPACITY = { single: 70, joined: 67 };

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

export interface Segments {
  readonly count: number;
  /** The first character that is not in the GSM alphabet, and so made the text dearer. */
  readonly costly: string | undefined;
}

/** Linear in the length of the text. */
export function countSegments(text: string): Segments {
  const widths: number[] = [];
  for (const char of text) {
    if (GSM_BASIC.has(char)) widths.push(1);
    else if (GSM_EXTENSION.has(char)) widths.push(2);
    else return { count: countWide(text), costly: char };
  }
  return { count: fill(widths, GSM_CAPACITY), costly: undefined };
}

/** Providers do not tear an emoji of several code points apart. */
function countWide(text: string): number {
  const widths: number[] = [];
  for (const { segment } of graphemes.segment(text)) {
    if (segment.length <= UCS2_CAPACITY.joined) widths.push(segment.length);
    else for (const char of segment) widths.push(char.length);
  }
  return fill(widths, UCS2_CAPACITY);
}

function fill(widths: readonly number[], capacity: { single: number; joined: number }): number {
  const total = widths.reduce((sum, width) => sum + width, 0);
  if (total <= capacity.single) return 1;
  let count = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > capacity.joined) {
      count += 1;
      used = 0;
    }
    used += width;
  }
  return count;
}

/**
 * Cuts a text into parts of at most `max` UTF-16 code units: after a word where there is one in the
 * second half, else between two characters as people see them. White space at a cut is dropped.
 * The same text and `max` give the same parts, in every attempt.
 */
export function splitText(text: string, max: number): readonly string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > max) {
    const end = cut(rest, max);
    const part = rest.slice(0, end).trimEnd();
    if (part !== '') parts.push(part);
    rest = rest.slice(end).trimStart();
  }
  if (rest !== '' || parts.length === 0) parts.push(rest);
  return parts;
}

function cut(text: string, max: number): number {
  for (let end = max; end > max / 2; end -= 1) {
    if (/\s/.test(text.charAt(end))) return end;
  }
  // Enough before the cut to see a whole character, however many code points it has.
  const from = Math.max(0, max - 64);
  for (const { index, segment } of graphemes.segment(text.slice(from, max + 64))) {
    const end = from + index + segment.length;
    if (end > max && index > 0) return from + index;
    if (end === max) return max;
  }
  return /[\ud800-\udbff]/.test(text.charAt(max - 1)) ? max - 1 : max;
}
