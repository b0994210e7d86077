/** A list that goes into one stanza, whatever is in it. */

import type { Element } from '../xml/element.ts';

const MOST_ITEMS = 1_000;
/** A server closes a stream over one stanza of more than twice as much. */
const MOST_BYTES = 256 * 1024;
/** What an element has beside texts and the values of its attributes. */
const AROUND = 100;

/** @returns the first of them */
export function inOneStanza(items: Iterable<Element>): Element[] {
  const list: Element[] = [];
  let bytes = 0;
  for (const item of items) {
    bytes += sizeOf(item);
    if (list.length === MOST_ITEMS || bytes > MOST_BYTES) break;
    list.push(item);
  }
  return list;
}

function sizeOf({ attrs, children }: Element): number {
  let bytes = AROUND;
  for (const value of Object.values(attrs)) bytes += Buffer.byteLength(value ?? '');
  for (const each of children) {
    bytes += typeof each === 'string' ? Buffer.byteLength(each) : sizeOf(each);
  }
  return bytes;
}
