/** The text of a message: RFC 6121 §5.2.3. */

import { withClosedDirections } from '../../text-direction.ts';
import { type Element, element, NS_COMPONENT, textOf } from '../xml/element.ts';
import { lineFeeds } from './characters.ts';

/**
 * The one body that counts, as it came: the first without a language of its own, else the first.
 * An element of that name in a namespace of its own is somebody else's.
 */
export function readBody(message: Element): string | undefined {
  let first: Element | undefined;
  for (const found of message.children) {
    if (typeof found === 'string' || found.name !== 'body' || found.ns !== NS_COMPONENT) continue;
    if (found.attrs['xml:lang'] === undefined) return textOf(found);
    first ??= found;
  }
  return first === undefined ? undefined : textOf(first);
}

/** With LF line ends. Undefined where it is nothing but white space. */
export function normaliseText(body: string): string | undefined {
  const text = lineFeeds(body);
  return text.trim() === '' ? undefined : text;
}

/** What it shows stays within it, whoever wrote it. */
export function writeBody(text: string): Element {
  return element('body', NS_COMPONENT, {}, [withClosedDirections(text)]);
}
