/** The subject of a message: RFC 6121 §5.2.4. */

import { child, type Element, NS_COMPONENT, textOf } from '../xml/element.ts';

/** RFC 5322 §2.1.1 asks for less than this in a line of any header. */
const MAX_CHARACTERS = 300;

/** One line; undefined where there is none, or nothing but white space. */
export function readSubject(message: Element): string | undefined {
  const subject = child(message, 'subject', NS_COMPONENT);
  if (subject === undefined) return undefined;
  const line = textOf(subject).replace(/\s+/g, ' ').trim();
  return line === '' ? undefined : line.slice(0, MAX_CHARACTERS).toWellFormed();
}
