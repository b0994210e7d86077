import { afterAll, beforeAll, expect, it } from 'vitest';
import { aged } from '../support/aged-server.ts';
import type { FaultHouse } from '../support/faults/fault-house.ts';
import { startFaultHouse } from '../support/faults/start-fault-house.ts';
import { tableOf } from '../support/faults/verdict-table.ts';

const BURST = 15;

let house: FaultHouse;

beforeAll(async () => {
  house = await startFaultHouse();
  await aged();
});

afterAll(() => house?.stop());

it('SIGTERM with traffic in every direction, read again just before: exit code 0, and nothing is lost, doubled or out of order', async () => {
  house.send(BURST);
  await house.flows();
  const { program } = house.gateway;
  program.signal('SIGHUP');
  await program.printed(({ msg }) => msg === 'the configuration was read again');
  house.send(BURST);
  program.signal('SIGTERM');
  expect(await program.exited()).toBe(0);
  house.send(BURST);
  await house.up();
  house.send(BURST);
  await house.settled();
  const verdict = house.verdict();
  expect(verdict.violations, tableOf(verdict)).toEqual([]);
});

it('a second signal ends it at once, and what it had goes on with the next start', async () => {
  house.send(BURST);
  await house.flows();
  const { program } = house.gateway;
  await house.pause('redis');
  program.signal('SIGTERM');
  await program.printed(({ msg }) => msg === 'ending');
  program.signal('SIGINT');
  expect(await program.exited()).toBe(1);
  await house.resume('redis');
  await house.settled();
  const verdict = house.verdict();
  expect(verdict.violations, tableOf(verdict)).toEqual([]);
});
