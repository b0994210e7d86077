import { setTimeout as pause } from 'node:timers/promises';
import { UnansweredError } from '../lane-store.ts';

/** How long a call is repeated. It is repeated once in any case. */
export const PATIENCE = {
  /** Before custody somebody waits who can be told to try again. */
  beforeCustodyMs: 1_000,
  /** After it, giving up leaves open what became of a message: half of a lease is spent on it. */
  inCustodyMs: 15_000,
} as const;

const PAUSE_MS = 100;

/**
 * Runs a call that can be repeated, until it is answered. Redis may have done what was never
 * answered, so `run` is told that it asks again.
 *
 * @throws UnansweredError, or what Redis answered
 */
export async function answered<T>(
  patienceMs: number,
  run: (again: boolean) => Promise<T>,
): Promise<T> {
  const since = performance.now();
  let isInDoubt = false;
  for (let repeats = 0; ; repeats++) {
    try {
      return await run(repeats > 0);
    } catch (cause) {
      const error = withoutCommand(cause);
      const isFinal = !isPassing(error);
      if (isFinal && !isInDoubt) throw error;
      isInDoubt ||= !isAnswer(error);
      // What is refused now may have been done before, when nobody heard the answer.
      if (isFinal || (repeats > 0 && performance.now() - since >= patienceMs)) {
        throw new UnansweredError('the store did not answer', { cause: error });
      }
    }
    await pause(PAUSE_MS);
  }
}

/** What a server says that is starting, is being replaced, or is held up by a script. */
const PASSING = /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY) /;

/** Everything but an answer is a matter of the link. */
function isPassing(error: Error): boolean {
  return !isAnswer(error) || PASSING.test(error.message);
}

function isAnswer({ name }: Error): boolean {
  return name === 'ReplyError';
}

/** The client hangs the whole command on its error; there are bodies in it, and errors get logged. */
function withoutCommand(cause: unknown): Error {
  if (!(cause instanceof Error)) return new Error('the store failed');
  const error = new Error(cause.message);
  error.name = cause.name;
  return error;
}
