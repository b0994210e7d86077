import { PARTITIONS } from './lane.ts';

/** When each partition is to be looked at next, by the monotonic clock; a partition has one look at most. */
export class Looks {
  readonly #at = new Float64Array(PARTITIONS).fill(Number.POSITIVE_INFINITY);

  /** At this time, or earlier if that was asked for. */
  add(partition: number, time: number): void {
    if (time < (this.#at[partition] ?? 0)) this.#at[partition] = time;
  }

  addAll(time: number): void {
    for (let partition = 0; partition < PARTITIONS; partition++) this.add(partition, time);
  }

  /** When the next is due; Infinity where none is. */
  next(): number {
    return this.#at.reduce((soonest, time) => Math.min(soonest, time));
  }

  /** The partitions that are due, those that wait longest first. */
  due(now: number): number[] {
    return this.#dueSince(now).map(([partition]) => partition);
  }

  /** Removes what is due. @returns since when each was, those that wait longest first */
  takeDue(now: number): ReadonlyMap<number, number> {
    const taken = new Map(this.#dueSince(now));
    for (const partition of taken.keys()) this.#at[partition] = Number.POSITIVE_INFINITY;
    return taken;
  }

  #dueSince(now: number): [partition: number, time: number][] {
    return [...this.#at.entries()].filter(([, time]) => time <= now).sort(([, a], [, b]) => a - b);
  }
}
