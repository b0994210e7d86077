/** The thread of a conversation: XEP-0201. */

import { child, type Element, element, NS_COMPONENT, textOf } from '../xml/element.ts';
import { readId } from './id.ts';

/** An opaque id; undefined where there is none, or one beyond 512 bytes. */
export function readThread(message: Element): string | undefined {
  const thread = child(message, 'thread', NS_COMPONENT);
  return thread === undefined ? undefined : readId(textOf(thread).trim());
}

export function writeThread(thread: string): Element {
  return element('thread', NS_COMPONENT, {}, [thread]);
}
