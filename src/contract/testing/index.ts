/**
 * `postern/adapter/testing`: the promises of the contract as checks that an adapter passes.
 *
 * Needs no framework: `for (const { name, run } of adapterChecks(subject)) test(name, run)`.
 */

import { addressingChecks } from './addressing.ts';
import type { Check } from './check.ts';
import { definitionChecks } from './definition.ts';
import { deliveryChecks } from './delivery.ts';
import { inboundChecks } from './inbound.ts';
import { keepingChecks } from './keeping.ts';
import { lifecycleChecks } from './lifecycle.ts';
import { roomChecks } from './rooms.ts';
import type { AdapterUnderTest } from './subject.ts';

export { attempt } from './attempt.ts';
export type { Check } from './check.ts';
export { Rig, type RigNetwork, type RigOptions } from './rig.ts';
export type {
  Acknowledgement,
  AdapterUnderTest,
  Doors,
  InboundSample,
  NetworkBehaviour,
  NetworkUnderTest,
} from './subject.ts';

/** Every check is independent of the others: each builds the adapter anew on a fresh network. */
export function adapterChecks(subject: AdapterUnderTest): readonly Check[] {
  return [
    ...definitionChecks(subject),
    ...addressingChecks(subject),
    ...deliveryChecks(subject),
    ...inboundChecks(subject),
    ...keepingChecks(subject),
    ...lifecycleChecks(subject),
    ...roomChecks(subject),
  ];
}
