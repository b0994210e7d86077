/**
 * When a message was really sent: XEP-0203. Only written: a delay that a user claims proves nothing,
 * and nobody may set a clock of ours.
 */

import { type Element, element } from '../xml/element.ts';

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
  return element('delay', 'urn:xmpp:delay', { from: by, stamp: new Date(sentAt).toISOString() });
}
