/** What the bench and the adapter inside the gateway say to each other: one JSON object a line. */

export type Order =
  /** Tell when so many have been delivered since the start, and with `timed` how long each of them took. */
  | { readonly do: 'expect'; readonly total: number; readonly timed: boolean }
  /** Bring so many messages in, at most `atOnce` of them not stored yet. */
  | { readonly do: 'receive'; readonly messages: number; readonly atOnce: number }
  /** From now on the network is open. */
  | { readonly do: 'release' };

export type News =
  | {
      readonly is: 'progress';
      /** Since the start. */
      readonly delivered: number;
      /** How many of them came out of their turn, twice, or after a gap. */
      readonly outOfTurn: number;
    }
  /** As many as expected. Microseconds from the source's write to the call of `deliver`. */
  | { readonly is: 'reached'; readonly latencies: readonly number[] }
  /** What `receive` was asked for is stored. */
  | { readonly is: 'received' };

/** So often the source hears of progress: it is measured with the rest, so it must cost nothing. */
export const PROGRESS_EVERY = 256;

const STAMP_DIGITS = 16;
const NUMBER_DIGITS = 9;

/** Microseconds of a clock that all processes of this machine share. */
export function sharedMicros(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

/** When it was sent and the how-manieth of its conversation it is, at the beginning of a text. */
export function stamp(at: number, number: number): string {
  return `${String(at).padStart(STAMP_DIGITS, '0')} ${String(number).padStart(NUMBER_DIGITS, '0')} `;
}

export function readStamp(text: string): { readonly at: number; readonly number: number } {
  const end = STAMP_DIGITS + 1 + NUMBER_DIGITS;
  return {
    at: Number(text.slice(0, STAMP_DIGITS)),
    number: Number(text.slice(STAMP_DIGITS + 1, end)),
  };
}
