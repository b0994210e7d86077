import { readdirSync } from 'node:fs';
import type { AdapterUnderTest } from 'postern/adapter/testing';
import { adapterChecks } from 'postern/adapter/testing';
import { describe, expect, test } from 'vitest';
import { MUTANTS } from './mutants.ts';

const adapters = new URL('../../adapters/', import.meta.url);
const names = readdirSync(adapters, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** By a computed name: an adapter is loaded, never imported. */
async function subjectOf(name: string): Promise<AdapterUnderTest> {
  const module: { default: AdapterUnderTest } = await import(
    new URL(`${name}/test/subject.ts`, adapters).pathname
  );
  return module.default;
}

const subjects = await Promise.all(
  names.map(async (name) => ({ name, subject: await subjectOf(name) })),
);

test('there are adapters to check', () => {
  expect(names).toEqual(expect.arrayContaining(['sms', 'email']));
});

describe.each(subjects)('adapters/$name', ({ name, subject }) => {
  test('is named as its folder', () => {
    expect(subject.definition.name).toBe(name);
  });

  for (const { name: promise, run } of adapterChecks(subject)) test(promise, run);
});

describe.each(subjects)('defects in adapters/$name are found', ({ subject }) => {
  test.for(MUTANTS)('$defect', async ({ appliesTo, plant, found }, { skip }) => {
    const network = await subject.network();
    const applies = appliesTo?.(subject, network) ?? true;
    await network.close();
    if (!applies) skip('this adapter can not have it');
    const mutant = { ...subject, definition: plant(subject.definition) };
    const failed: string[] = [];
    await Promise.all(
      adapterChecks(mutant).map(({ name, run }) => run().catch(() => failed.push(name))),
    );
    expect(failed).toEqual(expect.arrayContaining([...found]));
    expect(failed.length).toBeLessThan(adapterChecks(mutant).length / 2);
  });
});
