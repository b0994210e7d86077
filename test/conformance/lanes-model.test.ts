import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Claim, LaneStore, Settlement } from '../../src/lanes/lane-store.ts';
import { OPENERS, type Opened } from './lanes/implementations.ts';
import { type Fate, Model, type ModelClaim, type ModelMessage } from './lanes/model.ts';
import { handed, LEASE_MS, Room } from './lanes/room.ts';

const PEERS = ['a', 'b'];

const SETTLEMENTS: Readonly<Record<Fate, Settlement>> = {
  sent: { kind: 'terminal', keep: false },
  parked: { kind: 'terminal', keep: true },
  kept: handed(LEASE_MS),
  later: { kind: 'later', afterMs: 0 },
  wait: { kind: 'later', afterMs: LEASE_MS },
  unknown: { kind: 'unknown', afterMs: 0 },
  untouched: { kind: 'untouched' },
};

type Step =
  | { readonly does: 'push'; readonly lane: number }
  | {
      readonly does: 'claim';
      readonly holder: string;
      readonly perLane: number;
      readonly over: boolean;
    }
  | {
      readonly does: 'settle';
      readonly which: number;
      readonly fates: readonly Fate[];
      readonly next: number;
    }
  | { readonly does: 'rewind' }
  | { readonly does: 'bounce'; readonly which: number; readonly ends: boolean }
  | { readonly does: 'release'; readonly holder: string };

const holder = fc.constantFrom('h1', 'h2');
const fates = fc
  .tuple(
    // All but the last of a claim end the turn of their entry.
    fc.array(fc.constantFrom<Fate>('sent', 'parked', 'kept', 'kept', 'kept'), { maxLength: 2 }),
    fc.constantFrom<Fate>('sent', 'kept', 'kept', 'later', 'wait', 'unknown', 'untouched'),
  )
  .map(([ended, last]) => [...ended, last]);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('push'), lane: fc.nat(1) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ does: fc.constant('claim'), holder },
      ...{ perLane: fc.integer({ min: 1, max: 3 }), over: fc.boolean() },
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('settle'),
      which: fc.constantFrom(0, 0, 0, 1, 3),
      fates,
      next: fc.nat(2),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('rewind') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ does: fc.constant('bounce'), which: fc.nat(3) },
      ends: fc.constantFrom(false, false, true),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('release'), holder }) },
);

/** Does each step to a store and to the model, and compares what they say. */
class Comparison {
  readonly #room: Room;
  readonly #model = new Model(PEERS.length);
  /** The latest claims, those that are over included. */
  #claims: { readonly real: Claim; readonly model: ModelClaim }[] = [];

  constructor(store: LaneStore) {
    this.#room = new Room(store);
  }

  async take(step: Step): Promise<void> {
    switch (step.does) {
      case 'push':
        this.#model.push(step.lane, await this.#room.pushOne(this.#lane(step.lane), 'x'));
        return;
      case 'claim':
        return await this.#claim(step);
      case 'settle':
        return await this.#settle(step);
      case 'rewind':
        expect(await this.#room.store.rewind(this.#room.channel)).toBe(this.#model.rewind());
        return;
      case 'bounce':
        return await this.#bounce(step);
      case 'release': {
        const freed = await this.#room.store.release(this.#room.channel, step.holder);
        expect(freed).toBe(this.#model.release(step.holder));
      }
    }
  }

  async end(): Promise<void> {
    for (const message of this.#model.messages) {
      const entry = await this.#room.store.read(message.id);
      expect(entry?.state ?? 'gone').toBe(message.state);
    }
  }

  async #claim({ holder, perLane, over }: Extract<Step, { does: 'claim' }>): Promise<void> {
    const leaseMs = over ? 0 : LEASE_MS;
    const { claims } = await this.#room.claim({ holder, perLane, leaseMs });
    const expected = this.#model.claim(holder, perLane, over);
    expect(claims).toHaveLength(expected.length);
    for (const model of expected) {
      const real = claims.find(({ lane }) => lane.name === this.#lane(model.lane).name);
      this.#compare(real, model);
    }
  }

  async #settle({ which, fates, next }: Extract<Step, { does: 'settle' }>): Promise<void> {
    const claim = this.#claims.at(-1 - (which % Math.max(1, this.#claims.length)));
    if (claim === undefined) return;
    const settlements = fates.map((fate) => SETTLEMENTS[fate]);
    const settled = await this.#room.settle(claim.real, settlements, { next });
    const expected = this.#model.settle(claim.model, fates, next);
    if (settled.result === 'fenced' || expected === 'fenced') {
      expect(settled.result).toBe(expected);
    } else if (settled.next !== undefined || expected !== undefined) {
      if (expected === undefined) throw new Error('there was nothing to claim');
      this.#compare(settled.next, expected);
    }
  }

  async #bounce({ which, ends }: Extract<Step, { does: 'bounce' }>): Promise<void> {
    const handed = this.#model.messages.filter(({ state }) => state === 'handed');
    const messages = handed.length > 0 ? handed : this.#model.messages;
    const message = messages.at(-1 - (which % Math.max(1, messages.length)));
    if (message === undefined) return;
    const isHanded = message.state === 'handed';
    const verdict = ends
      ? ({ kind: 'terminal', keep: false } as const)
      : ({ kind: 'later', afterMs: 0 } as const);
    expect(await this.#room.store.bounce(message.id, verdict)).toBe(isHanded);
    if (!isHanded) return;
    if (ends) message.state = 'gone';
    else this.#model.back(message);
  }

  #compare(real: Claim | undefined, model: ModelClaim): void {
    const seen = real?.entries.map(({ id, state, attempts, crashes, interrupted }) => ({
      ...{ id, state, attempts, crashes, interrupted },
    }));
    expect(seen).toEqual(model.messages.map(seenOf));
    if (real !== undefined) this.#claims = [...this.#claims.slice(-3), { real, model }];
  }

  #lane(index: number) {
    return this.#room.lane(PEERS[index]);
  }
}

function seenOf({ id, state, attempts, crashes }: ModelMessage) {
  return { id, state, attempts, crashes, interrupted: state === 'unknown' };
}

describe.each(Object.entries(OPENERS))('%s', (_, open) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  test('lanes behave as their model, whatever is done to them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80, size: 'max' }), async (steps) => {
        const comparison = new Comparison(opened.store);
        for (const each of steps) await comparison.take(each);
        await comparison.end();
      }),
      { numRuns: 150 },
    );
  });
});
