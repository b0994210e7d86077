/**
 * When a message was really sent: XEP-0203. Only written: a delay that a user claims proves nothing,
 * and nobody may set a clock of ours.
 */

import { type Element, element } from '../xml/element.ts';

const NS_DELAY = 'urn:xmpp:delay';

/** Younger than this, a message is shown with the time of its arrival, which is near enough. */
const WORTH_TELLING_MS = 60_000;

/**
 * @param sentAt milliseconds since the epoch
 * @param now likewise
 * @param by the domain that held it
 * @returns undefined where it was sent just now, or at no time that a date can show
 */
export function writeDelay(sentAt: number, now: number, by: string): Element | undefined {
  if (!(sentAt > 0 && now - sentAt > WORTH_TELLING_MS)) return undefined;
  return delayOf(sentAt, by);
}

/** The same, however short it is. @param by left out where it is plain from what the delay is in */
export function delayOf(sentAt: number, by?: string): Element {
  return element('delay', NS_DELAY, { from: by, stamp: new Date(sentAt).toISOString() });
}
