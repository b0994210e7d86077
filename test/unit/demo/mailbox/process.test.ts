import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const main = fileURLToPath(new URL('../../../../demo/mailbox/main.ts', import.meta.url));

function start(...args: string[]) {
  const child = spawn('node', [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

test('as a process it says where it listens, and ends when it is told to', async () => {
  const child = start('--exchanger', '127.0.0.1:1');
  const [line] = await once(createInterface(child.stdout), 'line');
  const { listening, smarthost } = JSON.parse(String(line));
  expect(smarthost).toMatch(/^smtp:\/\/127\.0\.0\.1:\d+$/);
  const response = await fetch(`${listening}/control/messages`);
  expect(await response.json()).toEqual({ messages: [] });
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('it says what it lacks', async () => {
  const child = start();
  expect(await text(child.stderr)).toContain('--exchanger host:port is needed');
});
