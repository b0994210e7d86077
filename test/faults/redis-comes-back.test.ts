import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { FaultHouse } from '../support/faults/fault-house.ts';
import { startFaultHouse } from '../support/faults/start-fault-house.ts';
import { canTrace, tamper } from '../support/traced.ts';

const EACH = 20;

let house: FaultHouse;
let redis: Redis;

beforeAll(async () => {
  house = await startFaultHouse({ directions: ['xmpp-sms', 'sms-xmpp', 'mail-xmpp'] });
  // It asks also a server that still reads its file.
  redis = new Redis({
    path: house.redis.socket,
    maxRetriesPerRequest: null,
    enableReadyCheck: false,
  });
  redis.on('error', () => undefined);
});

/** All goes on by itself, and of what was taken nothing is lost. */
afterEach(async () => {
  house.send(EACH);
  await house.flows();
  await house.settled();
  expect(house.verdict().violations).toEqual([]);
  expect(house.ends).toEqual([]);
});

afterAll(async () => {
  redis?.disconnect();
  await house?.stop();
});

it.runIf(canTrace)('a disk that is slow makes everything slow, and nothing worse', async () => {
  const end = await tamper(house.redis.pid, 'fdatasync', 'delay_enter=200000');
  house.send(EACH);
  await house.flows();
  await end();
});

it.runIf(canTrace)(
  'a disk that writes no more: Redis ends, and nothing of what it said was untrue',
  async () => {
    house.send(EACH);
    await house.flows();
    house.ledger.fault('redis', 'killed');
    const end = await tamper(house.redis.pid, 'fdatasync', 'error=EIO');
    house.send(EACH);
    await end();
    await house.redis.restart();
  },
);

it('a crash in the middle of a write: what is half at the end of the file was never there', async () => {
  house.send(EACH);
  await house.flows();
  house.ledger.fault('redis', 'killed');
  await house.redis.kill('SIGKILL');
  const folder = join(house.redis.directory, 'appendonlydir');
  const file = (await readdir(folder)).find((name) => name.endsWith('.incr.aof')) ?? '';
  const torn = ['*1', '$5', 'MULTI', '*3', '$3', 'SET', '$4', 'torn', '$3', 'ye'].join('\r\n');
  await appendFile(join(folder, file), torn);
  await house.redis.restart();
  expect(await redis.exists('torn')).toBe(0);
});

it('a Redis that reads its file for long: also a start waits for it', async () => {
  // What a killed process leaves under way is asked for by the next one, which takes half a minute.
  await house.settled();
  const pipeline = redis.pipeline();
  for (let n = 0; n < 3_000; n++) pipeline.set('of the test', n);
  await pipeline.exec();
  house.ledger.fault('redis', 'killed');
  // Microseconds a key.
  const restarted = house.redis.restart(['--key-load-delay', '200']);
  while (!(await isLoading()));
  await house.kill('gateway');
  house.send(EACH);
  await house.up();
  expect(await isLoading()).toBe(false);
  await restarted;
});

async function isLoading(): Promise<boolean> {
  return /^loading:1/m.test(await redis.info('persistence'));
}
