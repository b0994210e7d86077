import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const main = fileURLToPath(new URL('../../demo/main.ts', import.meta.url));

async function demo(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'postern-demo-test-'));
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, TMPDIR: dir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(dir, { recursive: true });
  });
  return child;
}

/** Where a demo says that it keeps its files. */
function directoryIn(stdout: string): string {
  return dirname(/configuration: (\S+)/.exec(stdout)?.[1] ?? expect.fail(stdout));
}

/** The processes whose command line names a directory. */
function processesOf(dir: string) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), line: commandLine(name) }))
    .filter(({ line }) => line.includes(dir));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It has ended in between.
    return '';
  }
}

test('the demo sends a message over every network, both ways', async () => {
  const child = await demo(['--once', '--json']);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  const crossings = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(crossings, stderr).toEqual([
    { network: 'sms', direction: 'outbound', ok: true, ms: expect.any(Number) },
    { network: 'sms', direction: 'inbound', ok: true, ms: expect.any(Number) },
    { network: 'email', direction: 'outbound', ok: true, ms: expect.any(Number) },
    { network: 'email', direction: 'inbound', ok: true, ms: expect.any(Number) },
    { network: 'irc', direction: 'outbound', ok: true, ms: expect.any(Number) },
    { network: 'irc', direction: 'inbound', ok: true, ms: expect.any(Number) },
  ]);
  expect(code).toBe(0);
});

test('a demo without a server says which one is missing, and ends', async () => {
  const child = await demo(['--once'], { PATH: '/nowhere' });
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(stdout).toMatch(/prosody can not start: prosody is not installed/);
  expect(code).toBe(1);
});

test('a demo that stays up ends on SIGINT, and removes what it wrote', async () => {
  const child = await demo([]);
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    stdout += piece;
    if (/Ctrl-C/.test(stdout)) child.kill('SIGINT');
  });
  const [code] = await once(child, 'close');
  expect(code, stdout).toBe(0);
  expect(existsSync(directoryIn(stdout))).toBe(false);
});

test('a demo whose gateway dies says so, and leaves nothing running', async () => {
  const child = await demo([]);
  let stdout = '';
  let killed = false;
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    stdout += piece;
    if (killed || !/Ctrl-C/.test(stdout)) return;
    killed = true;
    const postern = processesOf(directoryIn(stdout)).find(({ line }) => line.includes('src/cli'));
    process.kill(postern?.pid ?? expect.fail('Postern does not run'), 'SIGKILL');
  });
  const [code] = await once(child, 'close');
  expect(code, stdout).toBe(1);
  expect(stdout).toMatch(/postern was ended by SIGKILL/);
  expect(processesOf(directoryIn(stdout))).toEqual([]);
});
