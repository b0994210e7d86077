import type { NetworkMessageId, PastAttempt, Reconciled, Session } from '../contract/index.ts';
import type { DeliverOptions, Job } from './deliver-options.ts';
import { backoff } from './retry.ts';

const PATIENCE_MS = 600_000;

/** Nobody can be asked, and nothing is sent again: its sender is told that it is in doubt. */
export function endsInDoubt(
  { capabilities, unknownOutcome }: Pick<DeliverOptions, 'capabilities' | 'unknownOutcome'>,
  session: Session,
): boolean {
  if (capabilities.resend === 'deduplicated' || session.reconcile !== undefined) return false;
  return unknownOutcome === 'fail';
}

/**
 * Finds out what became of an attempt whose end nobody saw: its process crashed or was paused, or the
 * network never answered. Never `unknown` where a repeat is harmless: then it counts as absent.
 */
export async function reconcile(
  options: DeliverOptions,
  { entry, message, turn }: Job,
  session: Session,
): Promise<Reconciled> {
  if (options.capabilities.resend === 'deduplicated') return { result: 'absent' };
  if (session.reconcile === undefined) return { result: 'unknown' };
  const past: PastAttempt = {
    number: entry.attempts,
    startedAt: entry.since,
    sentParts: new Map(entry.parts.map(({ part, networkId }) => [part, networkId])),
    signal: turn.signal,
    isKnown: async (networkId: NetworkMessageId) => {
      const owner = await options.lanes.whose(options.transport, networkId);
      return owner !== undefined && owner !== entry.id;
    },
  };
  // Long past the deadline nobody waits for the answer to this question any more.
  const late = options.now() >= options.deadlineOf(entry) + PATIENCE_MS;
  try {
    const found = await session.reconcile(message, past);
    return found.result === 'ask-later' && late ? { result: 'unknown' } : found;
  } catch (error) {
    options.onError(error);
    if (late) return { result: 'unknown' };
    return { result: 'ask-later', afterMs: backoff(entry.attempts, options.chance()) };
  }
}
