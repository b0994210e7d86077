/**
 * What in a text of a network could turn or hide what a client shows beside it (UAX #9, Unicode
 * category Cf). Whatever a network says passes here on its way into a stanza, whichever network it is.
 */

const POP = '\u202c';
const POP_ISOLATE = '\u2069';
const CLOSED_BY: ReadonlyMap<string, string> = new Map([
  ['\u202a', POP],
  ['\u202b', POP],
  ['\u202d', POP],
  ['\u202e', POP],
  ['\u2066', POP_ISOLATE],
  ['\u2067', POP_ISOLATE],
  ['\u2068', POP_ISOLATE],
]);
const SIGNS = /[\u202a-\u202e\u2066-\u2069]/g;
/** UAX #9 §3.3.2: what is nested deeper turns nothing. */
const MAX_DEPTH = 125;
/** A name has so many accents at most, in any script. */
const MAX_COMBINING = 32;

/** A text of which each line closes what it opens, so that it turns nothing that is shown behind it. */
export function withClosedDirections(text: string): string {
  if (text.search(SIGNS) < 0) return text;
  return text.split('\n').map(closed).join('\n');
}

/** A name or a subject: without what nobody sees in it, and without towers of accents. */
export function visibleName(name: string): string {
  let combining = 0;
  return name
    .replace(/\p{Cf}/gu, '')
    .replace(/\p{Mn}/gu, (mark) => (++combining > MAX_COMBINING ? '' : mark));
}

function closed(line: string): string {
  const open: string[] = [];
  for (const [sign] of line.matchAll(SIGNS)) {
    const closing = CLOSED_BY.get(sign);
    if (closing !== undefined) open.push(closing);
    else if (sign === open.at(-1)) open.pop();
    // The end of an isolate ends all that was opened in it.
    else if (sign === POP_ISOLATE && open.includes(sign)) open.length = open.lastIndexOf(sign);
    if (open.length > MAX_DEPTH) return line.replace(SIGNS, '');
  }
  return line + open.reverse().join('');
}
