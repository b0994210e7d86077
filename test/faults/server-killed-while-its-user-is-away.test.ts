import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GRACE_MS } from '../../src/inbound/present.ts';
import { withAnswers } from '../support/faults/answers.ts';
import { coursesOf } from '../support/faults/course.ts';
import { Dice } from '../support/faults/dice.ts';
import type { FaultHouse } from '../support/faults/fault-house.ts';
import { idOf } from '../support/faults/ledger.ts';
import { lossesIn, wordsOf } from '../support/faults/losses.ts';
import { startFaultHouse } from '../support/faults/start-fault-house.ts';
import { type StoreView, viewStore } from '../support/faults/store-view.ts';
import { tableOf } from '../support/faults/verdict-table.ts';

/** Ten of each kind before a release. */
const KILLS = Number(process.env.FAULTS_SERVER_KILLS ?? 2);
const KILLS_WITH_STORED = Number(process.env.FAULTS_SERVER_KILLS ?? 1);
const SEED = Number(process.env.FAULTS_SEED ?? Date.now() % 2 ** 32);
const KEEP = process.env.FAULTS_KEEP;
/** Between two messages of a direction. */
const PACE_MS = 20;
const LONGEST_PAUSE_MS = 2_000;
/** On their way to somebody who is not there. */
const STORED = 300;

/** A pace is what this is. */
const pass = (ms: number) => once(AbortSignal.timeout(ms), 'abort');

describe.each(['prosody', 'ejabberd'] as const)('%s', (server) => {
  let house: FaultHouse;
  let store: StoreView;

  beforeAll(async () => {
    house = await startFaultHouse({ server, directions: ['sms-xmpp', 'mail-xmpp'] });
    store = viewStore(house.redis.socket);
  });

  afterAll(async () => {
    store?.close();
    await house?.stop();
  });

  it(`is killed ${KILLS} times under traffic while its user is away at times: nothing is lost`, async () => {
    const dice = new Dice(SEED);
    for (let kill = 0; kill < KILLS; kill++) {
      const isAway = kill === 0 || dice.below(2) > 0;
      if (isAway) await house.resident.away();
      let isKilling = true;
      const killing = killOnce(house, dice).finally(() => {
        isKilling = false;
      });
      killing.catch(() => undefined);
      while (isKilling) {
        house.send(1);
        await pass(PACE_MS);
      }
      await killing;
      // What ejabberd has just got overtakes what it gives back from its store: that order is its own.
      if (server === 'ejabberd') await atTheServer(house, store);
      house.resident.back();
      if (server === 'ejabberd') await house.resident.caughtUp();
    }
    await house.settled();
    await keepsAll(house, server);
  });

  it(`is killed a second after it had ${STORED} for a user who is away, ${KILLS_WITH_STORED} times: nothing is lost`, async () => {
    for (let kill = 0; kill < KILLS_WITH_STORED; kill++) {
      await house.resident.away();
      house.direction('sms-xmpp').send(STORED);
      await atTheServer(house, store);
      await pass(1_000);
      await house.kill('server');
      // One more for each of its lanes: it is at the server when all before it has been given again.
      house.direction('sms-xmpp').send(3);
      await atTheServer(house, store);
      house.resident.back();
      await house.settled();
    }
    await keepsAll(house, server);
  });
});

async function killOnce(house: FaultHouse, dice: Dice): Promise<void> {
  await pass(dice.below(LONGEST_PAUSE_MS));
  await house.kill('server');
  await pass(dice.below(LONGEST_PAUSE_MS));
}

/** Resolves when the barrier behind all that was sent has come back. */
async function atTheServer(house: FaultHouse, store: StoreView): Promise<void> {
  await Promise.all(house.directions.map((direction) => direction.taken()));
  await store.served(['sms.i', 'mail.i', 'mail.k', 'mail.l']);
}

/** ejabberd writes down late what it has for who is away. That is told, and is no fault of ours. */
async function keepsAll(house: FaultHouse, server: 'prosody' | 'ejabberd'): Promise<void> {
  const losses = withAnswers(house, (answersFor) => {
    // Where nothing was found in the stories, every loss would be ours.
    for (const courses of coursesOf(house.ledger.records).values()) {
      const delivered = courses.find(({ hasEnd }) => hasEnd);
      expect(delivered && answersFor(delivered)).not.toEqual([]);
    }
    return lossesIn(house.ledger, answersFor, GRACE_MS);
  });
  const own = losses.filter(({ answeredMs }) => answeredMs !== undefined);
  const excused = new Set(server === 'ejabberd' ? own.map(({ key }) => idOf(key)) : []);
  const verdict = house.verdict(excused);
  const table = `${server}, FAULTS_SEED=${SEED}\n${tableOf(verdict)}\n${wordsOf(losses)}`;
  process.stdout.write(`${table}\n`);
  const isBroken = verdict.violations.length > 0 || losses.length > 0;
  if (isBroken && KEEP !== undefined) await house.keep(join(KEEP, server));
  expect(verdict.violations, table).toEqual([]);
  expect(house.ends).toEqual([]);
}
