import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Program, ROOT } from '../../support/processes.ts';

const SCRIPT = relative(ROOT, fileURLToPath(new URL('parent-that-ends.ts', import.meta.url)));

// A child that lived on would hold the output open, and nothing here would resolve.
it('a child ends with a parent that crashes', { timeout: 20_000 }, async () => {
  expect(await new Program(SCRIPT, ['crash']).exited()).toBe(1);
});

it.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGHUP', 129],
] as const)(
  'a child ends with a parent that gets %s',
  { timeout: 20_000 },
  async (signal, code) => {
    const parent = new Program(SCRIPT, []);
    await parent.printed(({ started }) => started === true);
    expect(await parent.end(signal)).toBe(code);
  },
);
