/**
 * Text as format=flowed (RFC 3676, DelSp=no): lines that any reader shows, and that a newer one joins
 * to paragraphs again.
 */

/** In UTF-16 code units, with the space of a soft break. RFC 3676 §4.2 asks for at most 78. */
const WIDTH = 76;
/** RFC 3676 §4.3: not a soft break, although it ends in a space. */
const SIGNATURE = '-- ';
/** RFC 3676 §4.4, and mailboxes in which "From " begins a mail. */
const NEEDS_STUFFING = /^(?: |From )/;

/**
 * Line breaks are kept, long lines are broken at spaces. A `>` that the user typed at the start of a
 * line is a quote, here as there. Spaces at the end of a line are lost.
 *
 * @param text of any line ends
 * @returns lines that end in CRLF; one without any space may be longer
 */
export function flowed(text: string): string {
  const lines = text.split(/\r\n|\r|\n/);
  while (lines.length > 1 && lines.at(-1)?.trim() === '') lines.pop();
  return lines.flatMap(flow).join('\r\n').concat('\r\n');
}

function flow(line: string): string[] {
  if (line === SIGNATURE) return [line];
  const trimmed = withoutLastSpaces(line);
  const quotes = /^>*/.exec(trimmed)?.[0] ?? '';
  if (quotes === '') return wrap(trimmed, WIDTH).map((piece) => stuffed(piece));
  if (trimmed.length <= WIDTH) return [trimmed];
  const depth = quotes.slice(0, WIDTH / 2);
  const rest = trimmed.slice(depth.length).replace(/^ /, '');
  return wrap(rest, WIDTH - depth.length - 1).map((piece) => `${depth} ${piece}`);
}

/** No pattern: looking for the last of many spaces in the middle takes the square of their number. */
function withoutLastSpaces(line: string): string {
  let end = line.length;
  while (line[end - 1] === ' ') end -= 1;
  return line.slice(0, end);
}

function stuffed(line: string): string {
  return NEEDS_STUFFING.test(line) ? ` ${line}` : line;
}

/** All pieces but the last end in a space: the soft break. */
function wrap(line: string, width: number): string[] {
  const pieces: string[] = [];
  let start = 0;
  while (line.length - start > width) {
    const end = breakAt(line, start, width);
    if (end === -1) break;
    pieces.push(line.slice(start, end));
    start = end;
  }
  return [...pieces, line.slice(start)];
}

/** Behind the last space that still fits, else behind the first one; -1 where there is none. */
function breakAt(line: string, start: number, width: number): number {
  // One column is left for the space that stuffs a line.
  const last = line.lastIndexOf(' ', start + width - 2);
  const end = last < start ? line.indexOf(' ', start + width - 1) : last;
  if (end === -1) return -1;
  if (line.slice(start, end + 1) !== SIGNATURE) return end + 1;
  const next = line.indexOf(' ', end + 1);
  return next === -1 ? -1 : next + 1;
}
