import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { FaultHouse } from '../support/faults/fault-house.ts';
import type { DirectionName } from '../support/faults/ledger.ts';
import { startFaultHouse } from '../support/faults/start-fault-house.ts';

const FROM_XMPP: readonly DirectionName[] = ['xmpp-sms', 'xmpp-mail'];
const TO_XMPP: readonly DirectionName[] = ['sms-xmpp', 'mail-xmpp'];
const EACH = 20;
/** Of each direction to XMPP. */
const SENDERS = 3;

let house: FaultHouse;
let redis: Redis;
let pid: number;

beforeAll(async () => {
  house = await startFaultHouse({ directions: [...FROM_XMPP, ...TO_XMPP] });
  redis = new Redis({ path: house.redis.socket, maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
});

beforeEach(() => {
  pid = house.gateway.program.pid;
});

/** Everything that was taken has arrived, once, though no fault is in the ledger that could excuse it. */
afterEach(async () => {
  house.send(EACH);
  await house.flows();
  await house.settled();
  expect(house.verdict().violations).toEqual([]);
  expect(house.gateway.program.pid).toBe(pid);
});

afterAll(async () => {
  redis?.disconnect();
  await house?.stop();
});

it('a full Redis: nothing new is taken, and what is there goes out', async () => {
  await held();
  const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
  await refusing(async () => {
    const full = house.gateway.program.printed(({ msg }) => msg === 'no new messages are taken');
    await redis.config('SET', 'maxmemory', Math.floor(used / 1.2));
    await full;
  });
  const before = house.ledger.count('xmpp-sms', 'receipt');
  await release();
  await house.ledger.until(() => house.ledger.count('xmpp-sms', 'receipt') >= before + EACH);
  const open = house.gateway.program.printed(({ msg }) => msg === 'new messages are taken again');
  await redis.config('SET', 'maxmemory', '512mb');
  await open;
});

it('a Redis that refuses every write for a while, as when its disk or its replicas are gone', async () => {
  await held();
  await refusing(() => redis.config('SET', 'min-replicas-to-write', 1));
  await release();
  await redis.config('SET', 'min-replicas-to-write', 0);
});

it('a primary that becomes a replica, and a primary again', async () => {
  await held();
  await refusing(() => redis.replicaof('127.0.0.1', 1));
  await release();
  await redis.replicaof('NO', 'ONE');
});

/** Of each conversation one is under way at the carrier, the others wait behind it. */
async function held(): Promise<void> {
  await house.doors.sms?.carrier.mode({ mode: 'hold' });
  house.send(EACH);
  await Promise.all(FROM_XMPP.map((name) => house.direction(name).taken()));
}

async function release(): Promise<void> {
  await house.doors.sms?.carrier.mode({ mode: 'accept' });
  await house.doors.sms?.carrier.release();
}

/** From then on something is offered in every direction, until sources were told to come again. */
async function refusing(begin: () => Promise<unknown>): Promise<void> {
  const { ledger } = house;
  const told = FROM_XMPP.map((name) => ledger.count(name, 'error'));
  // A carrier takes its time to come again, a mail server of these does not.
  const untaken = () =>
    ledger.count('mail-xmpp', 'offered') - ledger.count('mail-xmpp', 'accepted');
  await begin();
  const before = untaken();
  house.send(SENDERS);
  await ledger.until(
    () =>
      FROM_XMPP.every((name, at) => ledger.count(name, 'error') > (told[at] ?? 0)) &&
      untaken() > before + SENDERS,
  );
}
