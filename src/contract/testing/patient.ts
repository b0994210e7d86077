import { once } from 'node:events';
import { type Attempt, DeliveryError, type Session } from '../index.ts';

/** Who says "later" and means sooner than this is about to be ready. */
const SOON_MS = 1_000;
const MOST_ATTEMPTS = 100;

/**
 * Hands a message over again, as the core does, while the answer is "very soon": an adapter that has to
 * connect first does not wait for that in `deliver`.
 */
export function patiently(deliver: Session['deliver']): Session['deliver'] {
  return async (event, attempt) => {
    for (let attempts = 1; ; attempts++) {
      let left = false;
      const leave: Attempt['leave'] = (part) => {
        left = true;
        attempt.leave(part);
      };
      try {
        return await deliver(event, { ...attempt, leave });
      } catch (error) {
        const soonMs = left ? undefined : waitOf(error);
        if (soonMs === undefined || attempts >= MOST_ATTEMPTS) throw error;
        await once(AbortSignal.timeout(Math.ceil(soonMs)), 'abort');
      }
    }
  };
}

/** Undefined: it is not about to be ready. */
function waitOf(error: unknown): number | undefined {
  if (!(error instanceof DeliveryError) || error.verdict.kind !== 'later') return undefined;
  const { afterMs = SOON_MS } = error.verdict;
  return afterMs < SOON_MS ? afterMs : undefined;
}
