import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { StandardOutput } from '../../../src/telemetry/standard-output.ts';

/** An output on which each write takes so many bytes, or fails. */
function output(...results: readonly (number | 'ENOSPC' | 'EIO' | 'EAGAIN')[]) {
  const left = [...results];
  let text = '';
  const out = new StandardOutput((bytes) => {
    const result = left.shift() ?? bytes.length;
    if (typeof result === 'string') throw Object.assign(new Error(result), { code: result });
    const taken = Math.min(result, bytes.length);
    text += Buffer.from(bytes.subarray(0, taken)).toString();
    return taken;
  });
  return { out, lines: () => text.split('\n') };
}

test.each(['ENOSPC', 'EIO'] as const)('what meets %s is dropped, and counted', (error) => {
  const { out, lines } = output(error, error);
  for (const line of ['one', 'two', 'three']) out.write(`${line}\n`);
  const [lost = '', three] = lines();
  expect(JSON.parse(lost)).toMatchObject({ level: 'warn', dropped: 2 });
  expect(three).toBe('three');
});

test('a line that was torn does not run into the next one', () => {
  const { out, lines } = output(2, 'ENOSPC');
  out.write('torn\n');
  out.write('whole\n');
  expect(lines().at(0)).toBe('to');
  expect(lines().at(-2)).toBe('whole');
});

test('a pipe that is full for a moment is waited for', () => {
  const { out, lines } = output(1, 'EAGAIN', 'EAGAIN');
  out.write('whole\n');
  expect(lines()).toEqual(['whole', '']);
});

test('a pipe that stays full is waited for once', () => {
  let attempts = 0;
  const out = new StandardOutput(() => {
    attempts += 1;
    throw Object.assign(new Error('full'), { code: 'EAGAIN' });
  });
  out.write('one\n');
  const first = attempts;
  for (let line = 0; line < 10; line++) out.write('another\n');
  expect(attempts).toBe(first + 10);
});

test('a log that nobody reads does not keep the process', async () => {
  const program = fileURLToPath(new URL('chatterbox.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=source', program], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(await once(child, 'exit')).toEqual([0, null]);
  child.stdout.destroy();
});

test('a full disk under its log does not end the process, nor keep it', async () => {
  const program = fileURLToPath(new URL('chatterbox.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=source', program], {
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
  });
  expect(await once(child, 'close')).toEqual([0, null]);
});
