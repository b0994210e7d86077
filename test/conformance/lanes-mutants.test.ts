import { expect, test } from 'vitest';
import { memoryLaneStore } from '../../src/lanes/memory/memory-lane-store.ts';
import { byHandMutants } from './lanes/mutants/by-hand-mutants.ts';
import { mutants } from './lanes/mutants/mutants.ts';
import { suite } from './lanes/suite.ts';

// The suite is worth what it catches.
test.each([...mutants, ...byHandMutants])(
  'a store that $defect is caught',
  async ({ plant, caughtBy }) => {
    const check = suite.find(({ name }) => name === caughtBy);
    if (check === undefined) throw new Error(`no check is named: ${caughtBy}`);
    await check.run(memoryLaneStore());
    const mutant = plant(memoryLaneStore());
    await expect(check.run(mutant)).rejects.toThrow();
  },
);
