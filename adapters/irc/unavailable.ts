/** What a message is told for which there is no connection: nothing of it has left. */

import { DeliveryError } from 'postern/adapter';
import type { Ending } from './wire/events.ts';

/** How soon a message looks again for a connection that is being made, at first and at most. */
const LOOK_MS = { first: 250, most: 4_000 } as const;

export function later(why: string, afterMs?: number): DeliveryError {
  const verdict = { kind: 'later', ...(afterMs === undefined ? {} : { afterMs }) } as const;
  return new DeliveryError(verdict, why);
}

/** There is no connection. @param why the last one ended, if there was one */
export function unavailable(why: Ending | undefined, waitMs: number): DeliveryError {
  if (why !== 'login') return later('there is no connection', waitMs);
  return new DeliveryError({ kind: 'after-relink' }, 'the server does not take the log-in');
}

/**
 * A connection is being made. It is not waited for: of a message that is found under way after a crash
 * nobody could tell that nothing of it had left.
 * @param sinceMs how long it has been; who looks after as long again loses no more than it took
 */
export function notYet(sinceMs: number): DeliveryError {
  const afterMs = Math.round(Math.min(Math.max(sinceMs, LOOK_MS.first), LOOK_MS.most));
  return later('the connection is being made', afterMs);
}
