import { once } from 'node:events';

/** A server counts whole seconds: what it was given in its first ones is given to it again, lest it was another. */
const AGE_MS = 5_000;

/** Resolves when a server that has just started is old enough to be known again. */
export async function aged(): Promise<void> {
  await once(AbortSignal.timeout(AGE_MS), 'abort');
}
