/** Messages that wait for a connection. */

import { DeliveryError } from 'postern/adapter';
import type { Wire } from './wire/client.ts';
import type { Ending } from './wire/events.ts';

export class Waiters {
  readonly #waiting = new Set<PromiseWithResolvers<Wire>>();

  /** @throws DeliveryError where the attempt's time is up, and what `refuse` was given */
  async next(signal: AbortSignal): Promise<Wire> {
    const waiter = Promise.withResolvers<Wire>();
    this.#waiting.add(waiter);
    const giveUp = (): void => waiter.reject(later('there was no connection in time'));
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await waiter.promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
      this.#waiting.delete(waiter);
    }
  }

  /** There is one. */
  give(wire: Wire): void {
    for (const waiter of this.#waiting) waiter.resolve(wire);
  }

  /** There will be none soon. */
  refuse(error: DeliveryError): void {
    for (const waiter of this.#waiting) waiter.reject(error);
  }
}

export function later(why: string, afterMs?: number): DeliveryError {
  const verdict = { kind: 'later', ...(afterMs === undefined ? {} : { afterMs }) } as const;
  return new DeliveryError(verdict, why);
}

/** There is no connection. @param why the last one ended, if there was one */
export function unavailable(why: Ending | undefined, waitMs: number): DeliveryError {
  if (why !== 'login') return later('there is no connection', waitMs);
  return new DeliveryError({ kind: 'after-relink' }, 'the server does not take the log-in');
}
