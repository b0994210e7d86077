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
    const due: { partition: number; time: number }[] = [];
    for (const [partition, time] of this.#at.entries()) {
      if (time <= now) due.push({ partition, time });
    }
    return due.sort((a, b) => a.time - b.time).map(({ partition }) => partition);
  }

  /** Removes what is due, as `due` does not. */
  takeDue(now: number): number[] {
    const due = this.due(now);
    for (const partition of due) this.#at[partition] = Number.POSITIVE_INFINITY;
    return due;
  }
}
