import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FaultHouse } from '../support/faults/fault-house.ts';
import { startFaultHouse } from '../support/faults/start-fault-house.ts';

const EACH = 20;

let house: FaultHouse;

beforeAll(async () => {
  house = await startFaultHouse({ directions: ['xmpp-sms', 'xmpp-mail', 'mail-xmpp'] });
});

afterAll(() => house?.stop());

it('Redis is emptied: there is an alarm, and the same process goes on in every direction', async () => {
  const { pid } = house.gateway.program;
  house.send(EACH);
  await house.settled();
  const alarm = house.gateway.program.printed(({ msg }) => /has lost its data/.test(String(msg)));
  const redis = new Redis({ path: house.redis.socket });
  await redis.flushall();
  redis.disconnect();
  await alarm;
  house.send(EACH);
  await house.flows();
  await house.settled();
  expect(house.verdict().violations).toEqual([]);
  expect(house.gateway.program.pid).toBe(pid);
});
