import { dropOldest } from '../bounded-map.ts';
import type { Capabilities, MessageId } from '../contract/index.ts';
import type { Entry } from '../lanes/lane-store.ts';

/** More conversations than this do not have a message at their head at once. */
const REMEMBERED = 50_000;

/**
 * When a message is given up: so long after it was accepted, or so long after it became the first of
 * its lane. The latter begins anew when another process takes over.
 */
export function deadlines(
  from: Capabilities['deadlineFrom'],
  deadlineMs: number,
  now: () => number,
): (entry: Pick<Entry, 'id' | 'deadlineAt'>) => number {
  if (from === 'accept') return (entry) => entry.deadlineAt;
  const firstSeen = new Map<MessageId, number>();
  return ({ id }) => {
    const known = firstSeen.get(id);
    if (known !== undefined) return known + deadlineMs;
    const at = now();
    firstSeen.set(id, at);
    dropOldest(firstSeen, REMEMBERED);
    return at + deadlineMs;
  };
}
