import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { implementations, OPENERS, type Opened, VARIANTS } from './lanes/implementations.ts';
import { suite } from './lanes/suite.ts';

test('every implementation is held against the suite', () => {
  expect(implementations().sort()).toEqual(Object.keys(OPENERS).sort());
});

describe.each(Object.entries({ ...OPENERS, ...VARIANTS }))('%s', (_, open) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  test.each(suite)('$name', ({ run }) => run(opened.store));
});
