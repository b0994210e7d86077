/** What was said on IRC, as XMPP shows it. Pure. */

import { styledText } from './text/formatting.ts';
import type { Said } from './wire/events.ts';

/** Undefined where nothing of it can be seen. */
export function shownText({ is, text, group }: Said): string | undefined {
  const styled = styledText(text);
  if (styled.trim() === '') return undefined;
  const lead = is === 'action' ? '/me ' : is === 'notice' ? '[notice] ' : '';
  return `${lead}${group === undefined ? '' : `[${group}] `}${styled}`;
}

/** Words of the network for people: a topic, a reason. @param most characters */
export function shownWords(text: string, most: number): string {
  return styledText(text).slice(0, most).toWellFormed().trim();
}

/** Words of a user for a line of IRC, without whatever would end it. @param bytes at most, of UTF-8 */
export function sentWords(text: string, bytes: number): string {
  const clean = text
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  let words = '';
  let left = bytes;
  for (const char of clean) {
    left -= Buffer.byteLength(char);
    if (left < 0) break;
    words += char;
  }
  return words;
}
