import type { Clock } from '../wire/clock.ts';

/** A clock that a test winds. */
export class HandClock implements Clock {
  readonly members = new Set<() => void>();
  #now = 1_000;

  now(): number {
    return this.#now;
  }

  add(onTick: () => void): void {
    this.members.add(onTick);
  }

  delete(onTick: () => void): void {
    this.members.delete(onTick);
  }

  /** One tick, so much later. */
  advance(ms: number): void {
    this.#now += ms;
    for (const member of [...this.members]) member();
  }
}
