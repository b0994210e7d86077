import { Rig } from 'postern/adapter/testing';
import { onTestFinished } from 'vitest';
import definition from '../index.ts';
import { Carrier } from './carrier.ts';

/** The adapter on a carrier of its own, both taken down with the test. */
export async function onCarrier(config: object = {}): Promise<{ rig: Rig; carrier: Carrier }> {
  const carrier = await Carrier.start(config);
  const rig = rigOn(carrier);
  onTestFinished(() => carrier.close());
  return { rig, carrier };
}

/** @param memory of an earlier rig: the gateway starts again */
export function rigOn(carrier: Carrier, memory: ReadonlyMap<string, string> = new Map()): Rig {
  const rig = new Rig({ definition }, carrier, { memory });
  onTestFinished(() => rig.close());
  return rig;
}
