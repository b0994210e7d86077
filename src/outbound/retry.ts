/** When to try again. Pure. */

const STEPS_MS = [5_000, 15_000, 60_000, 300_000, 900_000, 1_800_000];

/**
 * How long to wait after so many attempts, with up to a fifth more so that what failed together does
 * not come back together.
 *
 * @param chance 0 to 1
 */
export function backoff(attempts: number, chance: number): number {
  const step = STEPS_MS[Math.min(Math.max(attempts, 1), STEPS_MS.length) - 1] ?? 0;
  return Math.round(step * (1 + chance / 5));
}

const ASK_SOON_MS = 2_000;

/**
 * How long to wait before the network is asked about an attempt whose end nobody saw: soon after the
 * first, and less and less often where it fails in the same way again.
 *
 * @param chance 0 to 1
 */
export function askAfter(attempts: number, chance: number): number {
  return attempts <= 1 ? ASK_SOON_MS : backoff(attempts - 1, chance);
}
