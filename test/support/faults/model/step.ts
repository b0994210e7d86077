/** What may happen in a house, one thing after the other: as data, so that a case can be kept. */

import fc from 'fast-check';
import { z } from 'zod';
import { DIRECTIONS } from '../ledger.ts';

const PEERS = ['gateway', 'redis', 'server', 'carrier', 'smarthost', 'irc'] as const;
const PAUSABLE = ['gateway', 'redis', 'server', 'carrier', 'irc'] as const;
const LINKS = ['xmpp', 'redis', 'carrier', 'webhooks', 'smarthost', 'mail', 'irc'] as const;
const WAYS_TO_BREAK = ['black-hole', 'reset', 'refuse', 'slow'] as const;
/** Conversations of a direction that are written in. */
const LANES = 2;
const DAY_MS = 24 * 60 * 60_000;
/** The one of Redis moves by less than an hour: what it forgets after one, it may forget then. */
const OFFSETS_MS = {
  gateway: [0, -60 * 60_000, 10 * 60_000, 7 * DAY_MS],
  redis: [0, -30 * 60_000, 10 * 60_000],
} as const;
/** More than a lease lasts. */
const PAST_LEASE_MS = 31_000;

const STEP = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('send'),
    direction: z.enum(DIRECTIONS),
    lane: z.int().min(0),
    count: z.int().min(1),
  }),
  z.strictObject({ do: z.literal('kill'), peer: z.enum(PEERS) }),
  /** The gateway, by SIGTERM. */
  z.strictObject({ do: z.literal('end') }),
  z.strictObject({ do: z.literal('pause'), peer: z.enum(PAUSABLE) }),
  z.strictObject({ do: z.literal('resume'), peer: z.enum(PAUSABLE) }),
  z.strictObject({ do: z.literal('break'), link: z.enum(LINKS), how: z.enum(WAYS_TO_BREAK) }),
  z.strictObject({ do: z.literal('heal'), link: z.enum(LINKS) }),
  /** `ms`: from the right time. */
  z.strictObject({ do: z.literal('set'), clock: z.enum(['gateway', 'redis']), ms: z.int() }),
  /** BullMQ's keys are removed. */
  z.strictObject({ do: z.literal('wipe') }),
  z.strictObject({ do: z.literal('pass'), ms: z.int().min(0) }),
]);

export type Step = z.infer<typeof STEP>;

const CASE = z.strictObject({
  /** What was wrong, for people. */
  why: z.string(),
  steps: z.array(STEP),
});

/** What is kept of one that broke a promise: JSON `{"why": "…", "steps": […]}`. */
export type Case = z.infer<typeof CASE>;

/** @throws Error where it is none */
export function parseCase(json: string): Case {
  return CASE.parse(JSON.parse(json));
}

/** What is there of a house. */
export interface Whole {
  readonly paused: Set<(typeof PAUSABLE)[number]>;
  readonly broken: Set<(typeof LINKS)[number]>;
}

/** Whether it can be done to a house of which this is so. */
export function isPossible(step: Step, { paused, broken }: Whole): boolean {
  switch (step.do) {
    case 'pause':
      return !paused.has(step.peer);
    case 'resume':
      return paused.has(step.peer);
    case 'heal':
      return broken.has(step.link);
    case 'wipe':
      return !paused.has('redis');
    case 'pass':
      return step.ms < PAST_LEASE_MS || paused.has('gateway');
    case 'kill':
      // Who hears them has to be back before the gateway is.
      return step.peer === 'irc' || step.peer === 'carrier' ? !paused.has(step.peer) : true;
    default:
      return true;
  }
}

/** Notes what is so after a step. */
export function follow(step: Step, { paused, broken }: Whole): void {
  if (step.do === 'pause') paused.add(step.peer);
  else if (step.do === 'resume') paused.delete(step.peer);
  else if (step.do === 'break') broken.add(step.link);
  else if (step.do === 'heal') broken.delete(step.link);
  else if (step.do === 'end') paused.delete('gateway');
  else if (step.do === 'kill') {
    if (step.peer !== 'smarthost') paused.delete(step.peer);
    // With its peer a link is whole again.
    if (step.peer === 'irc') broken.delete('irc');
    if (step.peer === 'carrier')
      for (const link of ['carrier', 'webhooks'] as const) broken.delete(link);
  }
}

/** Any step; much traffic between few faults. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      direction: fc.constantFrom(...DIRECTIONS),
      lane: fc.nat(LANES - 1),
      count: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.integer({ min: 0, max: 1_500 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'pass' as const, ms: PAST_LEASE_MS }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('kill' as const), peer: fc.constantFrom(...PEERS) }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'end' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('pause' as const), peer: fc.constantFrom(...PAUSABLE) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('resume' as const),
      peer: fc.constantFrom(...PAUSABLE),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('break' as const),
      link: fc.constantFrom(...LINKS),
      how: fc.constantFrom(...WAYS_TO_BREAK),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({ do: fc.constant('heal' as const), link: fc.constantFrom(...LINKS) }),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom('gateway' as const, 'redis' as const).chain((clock) =>
      fc.record({
        do: fc.constant('set' as const),
        clock: fc.constant(clock),
        ms: fc.constantFrom(...OFFSETS_MS[clock]),
      }),
    ),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'wipe' as const }) },
);
