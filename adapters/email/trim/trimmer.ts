import { joined, type Line } from './lines.ts';
import { isRule } from './signature.ts';
import { type How, type Kind, kindsOf } from './structure.ts';

/**
 * What is new in a mail: without quoted history, signatures and what lists add. Answers between
 * quotes keep the quotes that they answer. All of it where nothing would be left.
 */
export function freshText(lines: readonly Line[], how: How): string {
  const kinds = kindsOf(lines, how);
  const own = (kind: Kind | undefined) => kind === 'text' || kind === 'forward';
  const first = kinds.findIndex(own);
  const last = endOfOwn(lines, kinds, kinds.findLastIndex(own));
  if (first === -1) return joined(lines);
  const answersBelow = isOneAnswerBelow(kinds, first);
  const kept: Line[] = [];
  let cut = false;
  for (const [at, line] of lines.entries()) {
    const kind = kinds[at];
    const wanted = own(kind) || (kind === 'quote' && at <= last && !(answersBelow && at < first));
    if (wanted) cut = false;
    // What stood around something that was cut is not further apart than other paragraphs.
    if (wanted || (kind === 'blank' && !(cut && kept.at(-1)?.text === ''))) kept.push(line);
    else if (kind !== 'blank') cut = true;
  }
  if (kept.length < lines.length) dropRules(kept);
  return joined(kept) || joined(lines);
}

/** A quote below "Run this:" is what the writer wants to show. */
function endOfOwn(lines: readonly Line[], kinds: readonly Kind[], last: number): number {
  if (!/[:：]$/.test(lines[last]?.bare ?? '')) return last;
  let end = last;
  for (let at = last + 1; kinds[at] === 'quote' || kinds[at] === 'blank'; at += 1) {
    if (kinds[at] === 'quote') end = at;
  }
  return end;
}

/** A whole quote, and then the answer to it: the quote tells nothing that the reader has not. */
function isOneAnswerBelow(kinds: readonly Kind[], first: number): boolean {
  return kinds.slice(0, first).includes('attribution') && !kinds.slice(first).includes('quote');
}

/** Lines of dashes which stood between the reply and what was cut. */
function dropRules(kept: Line[]): void {
  for (let line = kept.at(-1); line !== undefined; line = kept.at(-1)) {
    if (line.bare !== '' && !isRule(line)) return;
    kept.pop();
  }
}
