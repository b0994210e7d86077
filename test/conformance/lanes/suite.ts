import { byHand } from './by-hand.ts';
import { confirming } from './confirming.ts';
import { deadLetters } from './dead-letters.ts';
import { fairness } from './fairness.ts';
import { handing } from './handing.ts';
import { holding } from './holding.ts';
import { leases } from './leases.ts';
import { looking } from './looking.ts';
import { order } from './order.ts';
import type { Check } from './room.ts';
import { storing } from './storing.ts';

/** All that a lane store promises. */
export const suite: readonly Check[] = [
  ...storing,
  ...order,
  ...fairness,
  ...leases,
  ...handing,
  ...confirming,
  ...deadLetters,
  ...looking,
  ...byHand,
  ...holding,
];
