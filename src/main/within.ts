/** Waits until the work has ended, well or not, but so long at most: then it goes on alone. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let cap: NodeJS.Timeout | undefined;
  const capped = new Promise<void>((resolve) => {
    cap = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([work, capped]);
  } finally {
    clearTimeout(cap);
  }
}
