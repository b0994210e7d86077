import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import type { FaultHouse } from '../support/faults/fault-house.ts';
import {
  anyStep,
  type Case,
  follow,
  isPossible,
  parseCase,
  type Step,
  type Whole,
} from '../support/faults/model/step.ts';
import { Trial } from '../support/faults/model/trial.ts';
import { startFaultHouse } from '../support/faults/start-fault-house.ts';

const SEED = Number(process.env.FAULTS_SEED ?? Date.now() % 2 ** 31);
/** After so long no further case begins. */
const SECONDS = Number(process.env.FAULTS_SECONDS ?? 60);
/** A file with a case, in place of any. */
const CASE = process.env.FAULTS_CASE;
/** A directory for what is left of a run that broke a promise. */
const KEEP = process.env.FAULTS_KEEP;
const SERVER = process.env.FAULTS_SERVER === 'ejabberd' ? 'ejabberd' : 'prosody';
const MOST_STEPS = Number(process.env.FAULTS_STEPS ?? 24);
const REGRESSIONS = join(import.meta.dirname, 'regressions');

let clock: FakeClock;
let house: FaultHouse | undefined;

beforeAll(async () => {
  clock = await FakeClock.start();
});

afterAll(async () => {
  await house?.stop();
  await clock?.stop();
});

async function open(): Promise<FaultHouse> {
  house ??= await startFaultHouse({ server: SERVER, clock });
  return house;
}

/** Another one is taken after it: what is broken in this one may be so for good. */
async function close(name: string): Promise<void> {
  // A file may go while it is copied: what is left is better than nothing.
  if (KEEP !== undefined) await house?.keep(join(KEEP, name)).catch(() => undefined);
  const old = house;
  house = undefined;
  await old?.stop().catch(() => undefined);
}

/** @throws Error with the case and what it broke */
async function judge(run: (trial: Trial) => Promise<unknown>, name: string): Promise<void> {
  const trial = new Trial(await open(), clock);
  const broken = await run(trial)
    .then(() => trial.finish())
    .catch((error: unknown) => [String(error)]);
  if (broken.length === 0) return;
  const kept: Case = { why: broken.join('\n'), steps: trial.steps };
  if (KEEP !== undefined) {
    await mkdir(KEEP, { recursive: true });
    await writeFile(join(KEEP, `${name}.json`), `${JSON.stringify(kept, null, 2)}\n`);
  }
  await close(name);
  throw new Error(`${broken.join('\n')}\n${JSON.stringify(kept)}`);
}

class Command implements fc.AsyncCommand<Whole, Trial> {
  readonly #step: Step;

  constructor(step: Step) {
    this.#step = step;
  }

  check(whole: Whole): boolean {
    return isPossible(this.#step, whole);
  }

  async run(whole: Whole, trial: Trial): Promise<void> {
    follow(this.#step, whole);
    await trial.take(this.#step);
  }

  toString(): string {
    return JSON.stringify(this.#step);
  }
}

const files =
  CASE === undefined ? (await readdir(REGRESSIONS)).map((name) => join(REGRESSIONS, name)) : [CASE];

it.for(files)('what broke a promise once does no more: %s', async (file) => {
  const { steps } = parseCase(await readFile(file, 'utf8'));
  await judge(async (trial) => {
    for (const step of steps) await trial.take(step);
  }, 'regression');
});

it.skipIf(CASE !== undefined)(
  `whatever is killed, stopped, cut, slowed, set or wiped, and in whatever order: when all is whole again, every promise is kept`,
  async () => {
    process.stdout.write(`FAULTS_SEED=${SEED}\n`);
    const until = performance.now() + SECONDS * 1_000;
    let cases = 0;
    const property = fc.asyncProperty(
      fc.commands([anyStep.map((step) => new Command(step))], {
        maxCommands: MOST_STEPS,
        size: 'max',
      }),
      async (commands) => {
        if (performance.now() > until) return;
        cases += 1;
        await judge(async (trial) => {
          const model: Whole = { paused: new Set(), broken: new Set() };
          await fc.asyncModelRun(() => ({ model, real: trial }), commands);
        }, `${SEED}-${cases}`);
      },
    );
    await fc.assert(property, { seed: SEED, numRuns: 10_000, endOnFailure: false });
    process.stdout.write(`${cases} cases\n`);
    expect(cases).toBeGreaterThan(0);
  },
  (SECONDS + 300) * 1_000,
);
