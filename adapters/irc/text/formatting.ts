/**
 * The looks of a text: mIRC's control codes (modern.ircdocs.horse/formatting) on one side, XEP-0393
 * Message Styling on the other, `/me` (XEP-0245) on both. Colours, underlining and reversing have no
 * counterpart and are left out. Pure.
 */

/** The code of each style that both sides have to its directive, the outermost first. */
const DIRECTIVES: ReadonlyMap<string, string> = new Map([
  ['\x02', '*'],
  ['\x1d', '_'],
  ['\x1e', '~'],
  ['\x11', '`'],
]);
const CODES: ReadonlyMap<string, string> = new Map(
  [...DIRECTIVES].map(([code, directive]) => [directive, code]),
);
const MONO = '\x11';
const RESET = '\x0f';
const COLOUR = '\x03';
const HEX_COLOUR = '\x04';
const COLOUR_NUMBERS = /\d{1,2}(?:,\d{1,2})?/y;
const HEX_NUMBERS = /[\da-f]{6}(?:,[\da-f]{6})?/iy;

/** A stretch of text that looks the same all through. */
interface Run {
  text: string;
  /** Directives, the outermost first. */
  readonly styles: string;
}

/** What was said on IRC, for XMPP: its styles as a person would write them. One line, all of it XML. */
export function styledText(line: string): string {
  const runs = runsOf(line);
  let styled = '';
  for (const [index, run] of runs.entries()) {
    styled += styledRun(run, styled.at(-1) ?? ' ', runs[index + 1]?.text[0] ?? ' ');
  }
  return styled;
}

/** The same without any styles. */
export function plainText(line: string): string {
  return runsOf(line)
    .map(({ text }) => text)
    .join('');
}

/** What a user of XMPP wrote, for IRC: lines, without any control character of his own. */
interface IrcText {
  readonly isAction: boolean;
  /** Lines divided by LF. */
  readonly text: string;
}

/** @param styled whether his styles become control codes; else they stay as he wrote them */
export function ircText(body: string, styled: boolean): IrcText {
  const clean = body
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll('\t', ' ')
    .replace(/(?!\n)\p{Cc}/gu, '');
  const [, deed] = /^\/me (?=\s*\S)(.*)$/s.exec(clean) ?? [];
  const text = deed ?? clean;
  return { isAction: deed !== undefined, text: styled ? codedText(text) : text };
}

function runsOf(line: string): Run[] {
  const text = line.toWellFormed();
  if (!/[\p{Cc}\ufffe\uffff]/u.test(text)) return [{ text, styles: '' }];
  const runs: Run[] = [];
  let active: ReadonlySet<string> = new Set();
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === RESET) active = new Set();
    else if (DIRECTIVES.has(char)) active = toggled(active, char);
    else if (char === COLOUR) at += lengthAt(COLOUR_NUMBERS, text, at + 1);
    else if (char === HEX_COLOUR) at += lengthAt(HEX_NUMBERS, text, at + 1);
    else if (char === '\t') addTo(runs, ' ', active);
    else if (!/[\p{Cc}\ufffe\uffff]/u.test(char)) addTo(runs, char, active);
  }
  return runs;
}

function toggled(active: ReadonlySet<string>, code: string): ReadonlySet<string> {
  const changed = new Set(active);
  if (!changed.delete(code)) changed.add(code);
  return changed;
}

function lengthAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

function addTo(runs: Run[], char: string, active: ReadonlySet<string>): void {
  const styles = stylesOf(active);
  const last = runs.at(-1);
  if (last?.styles === styles) last.text += char;
  else runs.push({ text: char, styles });
}

/** Inside mono nothing else is read as a style. */
function stylesOf(active: ReadonlySet<string>): string {
  if (active.has(MONO)) return '`';
  return [...DIRECTIVES].map(([code, directive]) => (active.has(code) ? directive : '')).join('');
}

/** XEP-0393 §5.1: a directive stands at the edge of a word, and not within what it encloses. */
function styledRun({ text, styles }: Run, before: string, after: string): string {
  const core = text.trim();
  const lead = text.slice(0, text.length - text.trimStart().length);
  const tail = text.slice(lead.length + core.length);
  const opens = lead !== '' || /\s/.test(before);
  const closes = tail !== '' || !/[\p{L}\p{N}]/u.test(after);
  const isClear = [...styles].every((directive) => !core.includes(directive));
  if (styles === '' || core === '' || !opens || !closes || !isClear) return text;
  return `${lead}${styles}${core}${[...styles].reverse().join('')}${tail}`;
}

/** A block between fences is mono, line by line; everything else has spans. */
function codedText(text: string): string {
  const lines: string[] = [];
  let inBlock = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) inBlock = !inBlock;
    else if (inBlock) lines.push(line === '' ? '' : `${MONO}${line}${MONO}`);
    else lines.push(codedSpans(line));
  }
  return lines.join('\n');
}

function codedSpans(line: string): string {
  let coded = '';
  let at = 0;
  /** Directives that nothing closes from here on: looked for only once, so that it stays linear. */
  const unclosed = new Set<string>();
  while (at < line.length) {
    const char = line[at] ?? '';
    const code = CODES.get(char);
    const end =
      code === undefined || unclosed.has(char) || !mayOpen(line, at) ? -1 : closing(line, at);
    if (code === undefined || end < 0) {
      if (code !== undefined && mayOpen(line, at)) unclosed.add(char);
      coded += char;
      at += 1;
      continue;
    }
    const inner = line.slice(at + 1, end);
    coded += `${code}${code === MONO ? inner : codedSpans(inner)}${code}`;
    at = end + 1;
  }
  return coded;
}

function mayOpen(line: string, at: number): boolean {
  return (at === 0 || /[\s(["']/.test(line[at - 1] ?? '')) && /\S/.test(line[at + 1] ?? '');
}

/** @returns where the directive at `at` is closed, or -1 */
function closing(line: string, at: number): number {
  const directive = line[at] ?? '';
  for (
    let end = line.indexOf(directive, at + 2);
    end >= 0;
    end = line.indexOf(directive, end + 1)
  ) {
    const closes = /\S/.test(line[end - 1] ?? '') && !/[\p{L}\p{N}]/u.test(line[end + 1] ?? '');
    if (closes) return end;
  }
  return -1;
}
