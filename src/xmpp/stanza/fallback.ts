/**
 * Text that stands in for a feature: XEP-0428. What a reply quotes would go out as words of the
 * user's own, so it is cut out. The link that stands in for a file stays: it is all of the file that
 * a network of text can be given.
 */

import type { Element } from '../xml/element.ts';

const NS_FALLBACK = 'urn:xmpp:fallback:0';

/** XEP-0066, XEP-0447, XEP-0385: the body is a link to the file. */
const FILES: ReadonlySet<string> = new Set(['jabber:x:oob', 'urn:xmpp:sfs:0', 'urn:xmpp:sims:1']);

/** In code points (XEP-0426), the end excluded. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** @param body as it came: the ranges count its code points. */
export function withoutFallback(message: Element, body: string): string {
  const ranges = readRanges(message);
  if (ranges.length === 0) return body;
  const characters = [...body];
  const kept: string[] = [];
  let at = 0;
  for (const { start, end } of ranges.sort((a, b) => a.start - b.start)) {
    if (start > at) kept.push(characters.slice(at, start).join(''));
    at = Math.max(at, end);
  }
  kept.push(characters.slice(at).join(''));
  return kept.join('');
}

function readRanges(message: Element): Range[] {
  const ranges: Range[] = [];
  for (const fallback of message.children) {
    if (typeof fallback === 'string') continue;
    if (fallback.ns !== NS_FALLBACK || fallback.name !== 'fallback') continue;
    if (FILES.has(fallback.attrs.for ?? '')) continue;
    let named = false;
    for (const part of fallback.children) {
      if (typeof part === 'string' || part.ns !== NS_FALLBACK) continue;
      named = true;
      const range = part.name === 'body' ? readRange(part) : undefined;
      if (range !== undefined) ranges.push(range);
    }
    // §2.2: nothing named means all of it.
    if (!named) ranges.push({ start: 0, end: Number.POSITIVE_INFINITY });
  }
  return ranges;
}

function readRange({ attrs }: Element): Range | undefined {
  const start = readCount(attrs.start, 0);
  const end = readCount(attrs.end, Number.POSITIVE_INFINITY);
  return start !== undefined && end !== undefined && start < end ? { start, end } : undefined;
}

function readCount(text: string | undefined, otherwise: number): number | undefined {
  if (text === undefined) return otherwise;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
