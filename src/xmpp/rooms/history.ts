/** The history that a client is shown as it comes in: XEP-0045 §7.2.14. */

import type { MessageId } from '../../contract/index.ts';
import { readDateTime } from '../stanza/date-time.ts';
import { type Element, textOf } from '../xml/element.ts';
import type { HistoryWish, Remembered } from './port.ts';
import { saidBefore } from './speech.ts';

/** Where a client does not say how much. */
const USUALLY = 20;
const MOST = 200;
/** What the tags of a stanza need, and the addresses in it. */
const AROUND_TEXT = 300;

/** How much of it a client wants. */
export interface Extent extends HistoryWish {
  /** Of the stanzas altogether. */
  readonly maxCharacters: number;
}

/** Something of the history, and the id by which it is known when it comes a second time. */
export interface Past {
  readonly id: MessageId;
  readonly stanza: Element;
}

/**
 * @param history `<history/>`, where there is one
 * @param now milliseconds since the epoch
 * @returns undefined where none is wanted
 */
export function readHistory(history: Element | undefined, now: number): Extent | undefined {
  const { maxstanzas, maxchars, seconds, since } = history?.attrs ?? {};
  const most = Math.min(readCount(maxstanzas) ?? (history === undefined ? USUALLY : MOST), MOST);
  const maxCharacters = readCount(maxchars) ?? Number.POSITIVE_INFINITY;
  const ago = readCount(seconds);
  const from = since === undefined ? undefined : readDateTime(since);
  const starts = [from, ago === undefined ? undefined : now - ago * 1_000];
  const start = Math.max(...starts.map((at) => at ?? Number.NEGATIVE_INFINITY));
  if (most === 0 || maxCharacters === 0 || ago === 0) return undefined;
  const wish = { most, maxCharacters };
  return Number.isFinite(start) ? { ...wish, since: start } : wish;
}

/**
 * What of it is shown: the newest that fit.
 * @param room bare JID
 * @param found oldest first
 */
export function recalled(room: string, found: readonly Remembered[], extent: Extent): Past[] {
  const past: Past[] = [];
  let characters = 0;
  for (const each of found.slice(-extent.most).reverse()) {
    const stanza = saidBefore(room, each);
    characters += lengthOf(stanza);
    if (characters > extent.maxCharacters) break;
    past.push({ id: each.id, stanza });
  }
  return past.reverse();
}

function lengthOf(stanza: Element): number {
  const texts = stanza.children.map((each) => (typeof each === 'string' ? each : textOf(each)));
  return AROUND_TEXT + texts.join('').length;
}

function readCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
