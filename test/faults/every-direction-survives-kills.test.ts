import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Dice } from '../support/faults/dice.ts';
import type { FaultHouse } from '../support/faults/fault-house.ts';
import { DIRECTIONS } from '../support/faults/ledger.ts';
import { startFaultHouse } from '../support/faults/start-fault-house.ts';
import { tableOf } from '../support/faults/verdict-table.ts';

/** Of each direction, at least. */
const MESSAGES = Number(process.env.FAULTS_MESSAGES ?? 100);
const KILLS = Number(process.env.FAULTS_KILLS ?? 6);
const REDIS_KILLS = Math.ceil(KILLS / 3);
const SEED = Number(process.env.FAULTS_SEED ?? Date.now() % 2 ** 32);
/** Some of them, with commas between. */
const CHOSEN = DIRECTIONS.filter(
  (each) => process.env.FAULTS_DIRECTIONS?.split(',').includes(each) ?? true,
);
const SERVER = process.env.FAULTS_SERVER === 'ejabberd' ? 'ejabberd' : 'prosody';
/** A directory for what is left of a run that broke a promise. */
const KEEP = process.env.FAULTS_KEEP;
/** Between two messages of a direction. */
const PACE_MS = 120;
/** Between two kills. */
const LONGEST_PAUSE_MS = Math.ceil((2 * MESSAGES * PACE_MS) / (KILLS + REDIS_KILLS));

/** A pace is what this is. */
const pass = (ms: number) => once(AbortSignal.timeout(ms), 'abort');

let house: FaultHouse;

beforeAll(async () => {
  house = await startFaultHouse({ directions: CHOSEN, server: SERVER });
});

afterAll(() => house?.stop());

it(`with traffic in every direction the gateway is killed ${KILLS} times, and Redis ${REDIS_KILLS} times: nothing is lost, nothing overtakes, and nobody is told what is not true`, async () => {
  const dice = new Dice(SEED);
  process.stdout.write(`FAULTS_SEED=${SEED}\n`);
  let isKilling = true;
  const killing = kill(dice).finally(() => {
    isKilling = false;
  });
  killing.catch(() => undefined);
  for (let sent = 0; sent < MESSAGES || isKilling; sent++) {
    house.send(1);
    await pass(PACE_MS);
  }
  await killing;
  await house.settled();

  const verdict = house.verdict();
  const table = tableOf(verdict);
  process.stdout.write(`${table}\n`);
  // Where Redis is not there at the very start it ends, says so, and is started again.
  const ends = house.ends.filter((said) => !said.includes('Redis can not be used'));
  const isBroken = verdict.violations.length > 0 || ends.length > 0;
  if (isBroken && KEEP !== undefined) await house.keep(join(KEEP, String(SEED)));
  expect(verdict.violations, `FAULTS_SEED=${SEED}\n${table}`).toEqual([]);
  expect(ends).toEqual([]);
  for (const { direction, delivered } of verdict.rows) expect(delivered, direction).not.toBe(0);
});

/** All, at random moments: one time in four while it may still begin, else when all goes on again. */
async function kill(dice: Dice): Promise<void> {
  const left = { gateway: KILLS, redis: REDIS_KILLS };
  while (left.gateway + left.redis > 0) {
    await pass(dice.below(LONGEST_PAUSE_MS));
    const victim = dice.below(left.gateway + left.redis) < left.redis ? 'redis' : 'gateway';
    left[victim] -= 1;
    if (dice.below(4) > 0) await house.flows();
    await house.kill(victim);
  }
}
