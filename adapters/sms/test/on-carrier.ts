import { Rig, type RigOptions } from 'postern/adapter/testing';
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

/** Another rig on the same carrier. With the memory of an earlier one the gateway starts again. */
export function rigOn(carrier: Carrier, options: RigOptions = {}): Rig {
  const rig = new Rig({ definition }, carrier, options);
  onTestFinished(() => rig.close());
  return rig;
}
