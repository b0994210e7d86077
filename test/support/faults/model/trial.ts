import { once } from 'node:events';
import type { FakeClock } from '../../fake-clock.ts';
import { check } from '../checker.ts';
import type { FaultHouse } from '../fault-house.ts';
import { idOf, type LedgerRecord } from '../ledger.ts';
import { follow, isPossible, type Step, type Whole } from './step.ts';

/** Longer than any step may take, also where everything else is broken. */
const STEP_MS = 120_000;
const SLOW_MS = 700;
/** What was unknown is asked for until 30 s have passed, and retries wait longer. */
const SETTLED_MS = 120_000;

/** A pace is what this is. */
const pass = (ms: number) => once(AbortSignal.timeout(ms), 'abort');

/** Some steps in a house; when they are over, it is whole again, and held against what is promised. */
export class Trial {
  /** Those that were possible. */
  readonly steps: Step[] = [];
  readonly whole: Whole = { paused: new Set(), broken: new Set() };
  readonly #house: FaultHouse;
  readonly #clock: FakeClock;
  readonly #begun: { readonly records: number; readonly faults: number; readonly ends: number };

  constructor(house: FaultHouse, clock: FakeClock) {
    this.#house = house;
    this.#clock = clock;
    const { records, faults } = house.ledger;
    this.#begun = { records: records.length, faults: faults.length, ends: house.ends.length };
  }

  /** Does it, if it is possible. @throws Error when it takes too long */
  async take(step: Step): Promise<void> {
    if (!isPossible(step, this.whole)) return;
    follow(step, this.whole);
    this.steps.push(step);
    const late = pass(STEP_MS).then(() => {
      throw new Error(`it does not end: ${JSON.stringify(step)}`);
    });
    late.catch(() => undefined);
    await Promise.race([this.#do(step), late]);
  }

  /** @returns which promises were broken */
  async finish(): Promise<readonly string[]> {
    const house = this.#house;
    for (const peer of [...this.whole.paused]) await house.resume(peer);
    for (const link of [...this.whole.broken]) await house.link(link).heal();
    await this.#clock.set('redis', 0);
    await this.#clock.set('gateway', 0);
    await house.settled(SETTLED_MS);
    const { records, faults } = house.ledger;
    const ledger = {
      records: recordsOf(records, this.#begun.records),
      faults: faults.slice(this.#begun.faults),
    };
    const ends = house.ends
      .slice(this.#begun.ends)
      // Where Redis is not there at the very start it ends, says so, and is started again.
      .filter((said) => !said.includes('Redis can not be used'));
    return [
      ...check(ledger, house.promises).violations,
      ...ends.map((said) => `the gateway ended by itself: ${said.slice(-2_000)}`),
    ];
  }

  async #do(step: Step): Promise<void> {
    const house = this.#house;
    switch (step.do) {
      case 'send':
        house.direction(step.direction).send(step.count, step.lane);
        return;
      case 'kill':
        await house.kill(step.peer);
        return;
      case 'end':
        await house.end();
        return;
      case 'pause':
        await house.pause(step.peer);
        return;
      case 'resume':
        await house.resume(step.peer);
        return;
      case 'break':
        await this.#break(step);
        return;
      case 'heal':
        await house.link(step.link).heal();
        return;
      case 'set':
        await this.#clock.set(step.clock, step.ms);
        return;
      case 'wipe':
        await house.removeWakeUps();
        return;
      case 'pass':
        await pass(step.ms);
    }
  }

  async #break({ link, how }: Extract<Step, { readonly do: 'break' }>): Promise<void> {
    // What is only slow loses nothing, and nothing may come twice for it.
    if (how === 'slow') this.#house.link(link).flow({ is: 'delay', ms: SLOW_MS });
    else if (how === 'black-hole')
      this.#house.breaking(link, 'black-hole').flow({ is: 'black-hole' });
    else if (how === 'reset') this.#house.breaking(link, 'reset').reset();
    else await this.#house.breaking(link, 'reset').shut();
  }
}

/**
 * Those from there on, and what was before of the same messages: but how often one had come by then, an
 * earlier trial was told.
 */
function recordsOf(all: readonly LedgerRecord[], from: number): readonly LedgerRecord[] {
  const seen = new Set(all.slice(from).map(idOf));
  const arrived = new Set<string>();
  return all.filter((each, at) => {
    const id = idOf(each);
    if (at >= from || each.is !== 'arrived') return seen.has(id);
    const isFirst = !arrived.has(id);
    arrived.add(id);
    return isFirst && seen.has(id);
  });
}
