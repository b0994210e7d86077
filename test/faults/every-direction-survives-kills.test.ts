import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Dice } from '../support/faults/dice.ts';
import { type FaultHouse, startFaultHouse } from '../support/faults/fault-house.ts';
import { tableOf } from '../support/faults/verdict-table.ts';

/** Of each direction. */
const MESSAGES = Number(process.env.FAULTS_MESSAGES ?? 120);
const KILLS = Number(process.env.FAULTS_KILLS ?? 6);
const REDIS_KILLS = Math.ceil(KILLS / 3);
const SEED = Number(process.env.FAULTS_SEED ?? Date.now() % 2 ** 32);
/** Between two messages of a direction. */
const PACE_MS = 120;

/** A pace is what this is. */
const pass = (ms: number) => once(AbortSignal.timeout(ms), 'abort');

let house: FaultHouse;

beforeAll(async () => {
  house = await startFaultHouse();
});

afterAll(() => house?.stop());

it(`with traffic in every direction the gateway is killed ${KILLS} times, and Redis ${REDIS_KILLS} times: nothing is lost, nothing overtakes, and nobody is told what is not true`, async () => {
  const dice = new Dice(SEED);
  process.stdout.write(`FAULTS_SEED=${SEED}\n`);
  const victims = [...Array(KILLS).fill('gateway'), ...Array(REDIS_KILLS).fill('redis')] as const;
  // So many are said before each: the last meets traffic, too.
  const kills = Map.groupBy(victims, () => dice.below(MESSAGES - 1) + 1);
  let killing = Promise.resolve();
  for (let sent = 0; sent < MESSAGES; sent++) {
    house.send(1);
    await pass(PACE_MS);
    const due = kills.get(sent) ?? [];
    killing = killing.then(async () => {
      for (const victim of due) await house.kill(victim);
    });
  }
  await killing;
  await house.settled();

  const verdict = house.verdict();
  const table = tableOf(verdict);
  process.stdout.write(`${table}\n`);
  expect(verdict.violations, `FAULTS_SEED=${SEED}\n${table}`).toEqual([]);
  expect(house.ends).toEqual([]);
  for (const { direction, delivered } of verdict.rows) {
    expect(delivered, direction).toBeGreaterThan(MESSAGES / 2);
  }
});
