/** Signs that the HTML reader leaves in its text. No mail has them: they are not characters. */
export const MARKS = {
  /** From here on, all is history. */
  history: '\ufdd0',
  /** The next lines, up to `end`, say who wrote the quote below. */
  attribution: '\ufdd1',
  /** The next lines, up to `end`, are a signature. */
  signature: '\ufdd2',
  end: '\ufdd3',
} as const;

type Mark = 'history' | 'attribution' | 'signature';

export interface Line {
  /** As it is shown, without blanks at the end. */
  readonly text: string;
  /** What is compared: without quote marks, bold marks, characters of no width, and blanks around. */
  readonly bare: string;
  /** How many quote marks stand before it. */
  readonly depth: number;
  readonly mark: Mark | undefined;
}

/** Stands where a body was cut. */
export const CUT = '[…]';

/** Lines of a body that are read; no chat shows as many. */
const MAX_LINES = 50_000;
/** No line that structures a mail is longer. */
const LONGEST_BARE = 400;
const LINE_END = /\r\n|[\n\r\u0085\u2028\u2029]/;
const MARK = /[\ufdd0-\ufdd3]/g;
const NO_WIDTH = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** One pass over the text; marks are taken out of it. Ends with `[…]` where it has too many lines. */
export function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  let mark: Mark | undefined;
  for (const [at, found] of text.split(LINE_END, MAX_LINES + 1).entries()) {
    const raw = at < MAX_LINES ? found : CUT;
    const marks = raw.match(MARK) ?? [];
    const shown = raw.replace(MARK, '').trimEnd();
    const { depth, rest } = closesAddress(lines.at(-1), shown)
      ? { depth: 0, rest: shown }
      : unquote(shown);
    for (const sign of marks) mark = depth === 0 ? after(sign, mark) : mark;
    if (marks.length > 0 && rest === '') continue;
    lines.push({ text: shown, bare: bareOf(rest), depth, mark });
    if (mark === 'history') mark = undefined;
  }
  return lines;
}

/** Joined again, without empty lines at either end. */
export function joined(lines: readonly Line[]): string {
  let from = 0;
  let to = lines.length;
  while (from < to && lines[from]?.text === '') from += 1;
  while (to > from && lines[to - 1]?.text === '') to -= 1;
  return lines
    .slice(from, to)
    .map(({ text }) => text)
    .join('\n');
}

function after(sign: string, mark: Mark | undefined): Mark | undefined {
  if (sign === MARKS.history) return 'history';
  if (sign === MARKS.attribution) return 'attribution';
  if (sign === MARKS.signature) return 'signature';
  return mark === 'history' ? mark : undefined;
}

const CLOSING = /^> ?(?:[^\s<>@]{1,80}@[^\s<>@]{1,160}>)?[^<>]{0,40}:$/;

/** "On Friday Juliet <juliet@example.org", and below "> wrote:". */
function closesAddress(above: Line | undefined, line: string): boolean {
  return CLOSING.test(line) && /<[^<>]{0,200}$/.test(above?.text.slice(-220) ?? '');
}

function unquote(line: string): { depth: number; rest: string } {
  let depth = 0;
  let at = 0;
  for (; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === '>') depth += 1;
    else if (char.trim() !== '') break;
  }
  return { depth, rest: depth === 0 ? line : line.slice(at) };
}

function bareOf(text: string): string {
  if (text.length > LONGEST_BARE) return text;
  const bare = text.replace(NO_WIDTH, '').replace(/\s/g, ' ').trim();
  return bare.length > 2 ? bare.replace(/^\*{1,2}(?=[^*])|(?<=[^*])\*{1,2}$/g, '').trim() : bare;
}

/** For text of others, which can mark nothing. */
export function withoutMarks(text: string): string {
  return text.replace(MARK, '');
}
