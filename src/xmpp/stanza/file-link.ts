/** A file that the sender's client has uploaded: its link is the whole body (XEP-0066 §3, XEP-0363 §7). */

import { child, type Element, element, textOf } from '../xml/element.ts';

const NS_OOB = 'jabber:x:oob';

/** Whether the text is the link to a file and nothing else: clients show the file in its place. */
export function isFileLink(message: Element, text: string): boolean {
  const x = child(message, 'x', NS_OOB);
  const url = x && child(x, 'url', NS_OOB);
  return url !== undefined && textOf(url) === text && /^https?:\/\/\S+$/.test(text);
}

export function writeFileLink(url: string): Element {
  return element('x', NS_OOB, {}, [element('url', NS_OOB, {}, [url])]);
}
