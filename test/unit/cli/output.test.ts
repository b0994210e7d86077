import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MUCH = fileURLToPath(new URL('much-to-say.ts', import.meta.url));
const COMMAND = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
const program = (file: string) => ['--conditions=source', file];

it('what is read slowly is read whole', async () => {
  const child = spawn(process.execPath, program(MUCH));
  await once(child.stderr, 'data');
  expect(await text(child.stdout)).toHaveLength(300_000);
});

it('a verb whose words can not be written has not done what it was asked for', async () => {
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, [...program(COMMAND), 'help'], {
    stdio: ['ignore', full, 'pipe'],
  });
  expect(await once(child, 'close')).toEqual([74, null]);
});

it('whoever ends its reader has had enough', async () => {
  const child = spawn(process.execPath, program(MUCH));
  child.stdout.destroy();
  child.stderr.resume();
  expect(await once(child, 'close')).toEqual([0, null]);
});
