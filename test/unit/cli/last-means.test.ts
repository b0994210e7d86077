import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const HANGS = fileURLToPath(new URL('hangs-at-its-exit.ts', import.meta.url));

/** A process that may exit when its input ends; one of its threads is in a call that never returns, if asked for. */
async function ended(ms: number, hangs: boolean): Promise<[number | null, NodeJS.Signals | null]> {
  const dir = await mkdtemp(join(tmpdir(), 'postern-exit-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const pipe = join(dir, 'pipe');
  await promisify(execFile)('mkfifo', [pipe]);
  const child = spawn(
    process.execPath,
    ['--conditions=source', HANGS, `${ms}`, hangs ? pipe : '/'],
    {
      stdio: ['pipe', 'ignore', 'inherit'],
    },
  );
  const exit = once(child, 'exit');
  child.stdin.end();
  const [code, signal] = await exit;
  return [code, signal];
}

test('a process whose exit waits for a thread that hangs is killed', async () => {
  expect(await ended(100, true)).toEqual([null, 'SIGKILL']);
});

test('one that can exit does, with its own code', async () => {
  expect(await ended(60_000, false)).toEqual([3, null]);
});
