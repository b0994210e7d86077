/** One part of a run: a fresh house, traffic in every direction, and a plan of what breaks meanwhile. */

import { once } from 'node:events';
import type { Verdict } from '../../support/faults/checker.ts';
import type { FaultHouse } from '../../support/faults/fault-house.ts';
import { DIRECTIONS, type Fault } from '../../support/faults/ledger.ts';
import { startFaultHouse } from '../../support/faults/start-fault-house.ts';
import { type CrossRow, crossOf } from './cross.ts';
import { planOf, type Size, type Step } from './plan.ts';

export interface PartOptions {
  readonly seed: number;
  readonly size: Size;
  readonly server: 'prosody' | 'ejabberd';
  /** Where its ledger and its log are left if it breaks a promise. */
  readonly keep: string;
  /** Told every now and then where it is. */
  readonly tell: (line: string) => void;
}

export interface Ran {
  readonly seconds: number;
  readonly faults: readonly Fault[];
  readonly verdict: Verdict;
  readonly cross: readonly CrossRow[];
  /** Each broken promise, in a sentence. */
  readonly broken: readonly string[];
}

/** Between two messages of a direction. */
const PACE_MS = 240;
const TELL_MS = 15_000;

/** A pace is what this is. */
const pass = (ms: number) => once(AbortSignal.timeout(ms), 'abort');

export async function runPart(options: PartOptions): Promise<Ran> {
  const house = await startFaultHouse({ server: options.server });
  const atItsStop: string[] = [];
  const stop = () => house.stop().catch((error: unknown) => atItsStop.push(String(error)));
  const ran = await run(house, options).finally(stop);
  return { ...ran, broken: [...ran.broken, ...atItsStop] };
}

async function run(house: FaultHouse, { seed, size, keep, tell }: PartOptions): Promise<Ran> {
  const begun = performance.now();
  const steps = planOf(seed, size);
  let doing = 'begins';
  const where = () => {
    const seconds = Math.round((performance.now() - begun) / 1_000);
    const count = (is: 'offered' | 'arrived') =>
      DIRECTIONS.reduce((sum, each) => sum + house.ledger.count(each, is), 0);
    tell(`${seconds} s: ${count('offered')} offered, ${count('arrived')} arrived; ${doing}`);
  };
  const telling = setInterval(where, TELL_MS);
  const broken: string[] = [];
  try {
    let isBreaking = true;
    const breaking = (async () => {
      for (const [at, step] of steps.entries()) {
        doing = `${at + 1} of ${steps.length}, ${wordsOf(step)}`;
        await take(house, step);
      }
    })().finally(() => {
      isBreaking = false;
    });
    breaking.catch(() => undefined);
    for (let sent = 0; sent * DIRECTIONS.length < size.messages || isBreaking; sent++) {
      house.send(1);
      await pass(PACE_MS);
    }
    await breaking;
    doing = 'all is offered, and comes to its end';
    await house.settled();
  } catch (error) {
    broken.push(`not at its end: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    clearInterval(telling);
  }
  const verdict = house.verdict();
  broken.push(...verdict.violations);
  for (const { direction, delivered } of verdict.rows) {
    if (delivered === 0) broken.push(`${direction}: nothing is delivered`);
  }
  // Where Redis is not there at the very start it ends, says so, and is started again.
  const ends = house.ends.filter((said) => !said.includes('Redis can not be used'));
  broken.push(...ends.map((said) => `the gateway ended by itself: ${said.slice(-2_000)}`));
  if (broken.length > 0) await house.keep(keep);
  return {
    seconds: Math.round((performance.now() - begun) / 1_000),
    faults: house.ledger.faults,
    verdict,
    cross: crossOf(house.ledger, house.promises),
    broken,
  };
}

async function take(house: FaultHouse, step: Step): Promise<void> {
  await pass(step.afterMs);
  if (step.afterAllFlows) await house.flows();
  switch (step.does) {
    case 'kill':
      await house.kill(step.whom);
      return;
    case 'pause':
      await house.pause(step.whom);
      await pass(step.ms);
      await house.resume(step.whom);
      return;
    case 'reset':
      house.breaking(step.link, 'reset').reset();
      return;
    case 'black-hole': {
      const link = house.breaking(step.link, 'black-hole');
      link.flow({ is: 'black-hole' });
      await pass(step.ms);
      await link.heal();
    }
  }
}

function wordsOf(step: Step): string {
  return `${step.does} ${'whom' in step ? step.whom : step.link}`;
}
