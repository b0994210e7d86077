/** What is broken in a part, and when: all of it follows from the seed. Pure. */

import { Dice } from '../../support/faults/dice.ts';
import type { LinkName, Pausable, Peer } from '../../support/faults/fault-house.ts';

export type Step = {
  /** Waited before it. */
  readonly afterMs: number;
  /** It also waits until something arrives again in every direction. */
  readonly afterAllFlows: boolean;
} & Break;

type Break =
  | { readonly does: 'kill'; readonly whom: Peer }
  | { readonly does: 'pause'; readonly whom: Pausable; readonly ms: number }
  | { readonly does: 'reset'; readonly link: LinkName }
  | { readonly does: 'black-hole'; readonly link: LinkName; readonly ms: number };

/** How much a part has of each. */
export interface Size {
  /** All directions together, at least. */
  readonly messages: number;
  readonly kills: Readonly<Record<Peer, number>>;
  /** Of whom, each past a lease; and of some of the others, by the dice. */
  readonly pauses: { readonly of: readonly Pausable[]; readonly more: number };
  /** Of every link. */
  readonly resets: number;
  /** Of some links. */
  readonly blackHoles: number;
}

/** About as long as a cup of tea, and everything at least once. */
export const SHORT: Size = {
  messages: 1_600,
  kills: { gateway: 3, redis: 1, server: 1, carrier: 1, smarthost: 1, irc: 1 },
  pauses: { of: ['gateway'], more: 0 },
  resets: 1,
  blackHoles: 1,
};

/** Ten of these are what is asked for before a release. */
export const LONG: Size = {
  messages: 10_000,
  kills: { gateway: 20, redis: 5, server: 2, carrier: 2, smarthost: 2, irc: 2 },
  pauses: { of: ['gateway', 'redis'], more: 1 },
  resets: 1,
  blackHoles: 3,
};

const LINKS: readonly LinkName[] = [
  ...(['xmpp', 'redis', 'carrier', 'webhooks', 'smarthost', 'mail', 'irc'] as const),
];
const OTHERS: readonly Pausable[] = ['server', 'carrier', 'irc'];
/** A lease lasts 30 s. */
const PAST_A_LEASE_MS = 33_000;
const LONGEST_BETWEEN_MS = 5_000;
const SHORTEST_HOLE_MS = 3_000;
const LONGEST_HOLE_MS = 20_000;

export function planOf(seed: number, size: Size): readonly Step[] {
  const dice = new Dice(seed);
  const all: readonly Break[] = [
    ...Object.entries(size.kills).flatMap(([whom, count]) =>
      times(count, (): Break => ({ does: 'kill', whom: whom as Peer })),
    ),
    ...size.pauses.of.map((whom): Break => pause(whom, dice)),
    ...times(size.pauses.more, () => pause(one(OTHERS, dice), dice)),
    ...LINKS.flatMap((link) => times(size.resets, (): Break => ({ does: 'reset', link }))),
    ...times(size.blackHoles, (): Break => {
      const ms = SHORTEST_HOLE_MS + dice.below(LONGEST_HOLE_MS - SHORTEST_HOLE_MS);
      return { does: 'black-hole', link: one(LINKS, dice), ms };
    }),
  ];
  return shuffled(all, dice).map((each) => ({
    ...each,
    afterMs: dice.below(LONGEST_BETWEEN_MS),
    // The rest meets a gateway that is not there yet.
    afterAllFlows: dice.below(4) > 0,
  }));
}

function pause(whom: Pausable, dice: Dice): Break {
  return { does: 'pause', whom, ms: PAST_A_LEASE_MS + dice.below(LONGEST_BETWEEN_MS) };
}

function one<T>(of: readonly [T, ...T[]] | readonly T[], dice: Dice): T {
  const found = of[dice.below(of.length)];
  if (found === undefined) throw new RangeError('one of none');
  return found;
}

function times<T>(count: number, make: () => T): readonly T[] {
  return Array.from({ length: count }, make);
}

/** Fisher and Yates. */
function shuffled<T>(all: readonly T[], dice: Dice): readonly T[] {
  const left = [...all];
  return all.map(() => {
    const [taken] = left.splice(dice.below(left.length), 1);
    if (taken === undefined) throw new RangeError('one of none');
    return taken;
  });
}
