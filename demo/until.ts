const INTERVAL_MS = 50;

/**
 * Resolves when the probe answers true.
 * @throws Error with what was waited for when the signal fires before
 */
export async function until(
  what: string,
  probe: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  while (!(await probe().catch(() => false))) {
    if (signal.aborted) throw new Error(`${what} in time`, { cause: signal.reason });
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}
