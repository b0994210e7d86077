import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FaultHouse } from '../support/faults/fault-house.ts';
import { startFaultHouse } from '../support/faults/start-fault-house.ts';

/** More than may be on their way to the server together. */
const MESSAGES = 300;
const WINDOW = 128;

let house: FaultHouse;

beforeAll(async () => {
  house = await startFaultHouse({ directions: ['sms-xmpp'] });
  // A server tells its age in whole seconds: what it took in its first ones may be from before.
  await once(AbortSignal.timeout(4_000), 'abort');
});

afterAll(() => house?.stop());

const repeats = () => house.verdict().rows[0]?.repeats;

it('what the server had before its stream broke comes once, and what a server had that died comes again', async () => {
  house.send(MESSAGES);
  await house.settled();
  house.breaking('xmpp').reset();
  house.send(3);
  await house.settled();
  expect(repeats()).toBe(0);

  await house.kill('gateway');
  house.send(3);
  await house.settled();
  expect(repeats()).toBe(0);

  // Anew: of what was handed over long ago nothing is kept any more.
  house.send(MESSAGES);
  await house.settled();
  await house.kill('server');
  house.send(3);
  await house.settled();
  expect(repeats()).toBeGreaterThan(WINDOW);
  expect(house.verdict().rows).toMatchObject([{ lost: 0, inversions: 0, strangers: 0 }]);
});
