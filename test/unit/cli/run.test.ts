import { expect, it, onTestFinished, vi } from 'vitest';
import { run, VERBS } from '../../../src/cli/run.ts';
import { versionOfPostern } from '../../../src/cli/version.ts';

/** What a command line prints on standard output, and its exit code. */
async function ran(...argv: string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = '';
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  onTestFinished(() => out.mockRestore());
  const code = await run(argv);
  out.mockRestore();
  return { code, text };
}

it.each([['--help'], ['-h']])('tells of one verb, where it is asked with %s', async (option) => {
  const { code, text } = await ran('queue', 'show', option);
  expect(code).toBe(0);
  expect(text).toMatch(/^Usage:\n {2}postern queue /);
  expect(text).not.toContain('postern ready');
});

it('tells of all verbs', async () => {
  const { code, text } = await ran('--help');
  expect(code).toBe(0);
  for (const verb of Object.keys(VERBS)) {
    expect(text).toContain(`  postern ${verb}`);
  }
});

it('tells its version as other programs do', async () => {
  expect(await ran('--version')).toEqual({ code: 0, text: `${versionOfPostern()}\n` });
});
