import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const main = fileURLToPath(new URL('../../../../demo/carrier/main.ts', import.meta.url));

function start(...args: string[]) {
  const child = spawn('node', [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

test('as a process it says where it listens, and ends when it is told to', async () => {
  const child = start('--token', 'secret', '--number', '+12025550100');
  const [line] = await once(createInterface(child.stdout), 'line');
  const { listening } = JSON.parse(String(line));
  const response = await fetch(`${listening}/control/messages`);
  expect(await response.json()).toEqual({ messages: [] });
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('without a number it says what is missing', async () => {
  const child = start('--token', 'secret');
  const [words] = await once(child.stderr.setEncoding('utf8'), 'data');
  expect(words).toMatch(/at least one --number/);
  expect(await once(child, 'exit')).toEqual([2, null]);
});
