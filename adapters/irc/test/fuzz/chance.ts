/** The same inputs for the same seed. */

export const SEED = Number(process.env.FUZZ_SEED ?? 20_261_124);
export const RUNS = Number(process.env.FUZZ_RUNS ?? 100_000);
export const LIMIT_MS = 60_000 + RUNS * 20;

/** A whole number from 0 to below an end. */
export type Below = (end: number) => number;

/** Mulberry32. */
export function chance(seed: number): Below {
  let state = Math.imul(seed, 0x9e37_79b1);
  return (end) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  };
}
