import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

const source = new URL('../../src/crash-point.ts', import.meta.url).href;

/** A process that comes past two points, again and again, and says how often. */
const PROGRAM = `
const { crashPoint } = await import('${source}');
for (let n = 1; n <= 5; n++) {
  process.stdout.write(n + ' ');
  crashPoint('send.after', 'letters.i');
  crashPoint('send.after', 'letters.o');
  crashPoint('settle.after', 'lettersmore.o');
}`;

/** Whoever has set it in a house of his own reads so at the start. */
const warning = (at: string) => `POSTERN_CRASH_AT is set: ${at}. That is for tests alone.\n`;

function end(at: string) {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', PROGRAM],
    { env: { ...process.env, POSTERN_CRASH_AT: at }, encoding: 'utf8' },
  );
  return { end: signal ?? status, stdout, stderr };
}

it.each([
  ['send.after', '1 ', 'died at send.after letters.i\n'],
  ['send.after:3', '1 2 ', 'died at send.after letters.i\n'],
  ['send.after:3@letters', '1 2 ', 'died at send.after letters.i\n'],
  ['send.after:3@letters.o', '1 2 3 ', 'died at send.after letters.o\n'],
])('%s: dies there at that time', (at, stdout, stderr) => {
  expect(end(at)).toEqual({ end: 'SIGKILL', stdout, stderr: `${warning(at)}${stderr}` });
});

it.each([
  'send.before',
  'send.after:6@letters.o',
  'settle.after@letters',
  'send.after after SIGUSR2',
])('%s: lives where it does not come to it', (at) => {
  expect(end(at)).toEqual({ end: 0, stdout: '1 2 3 4 5 ', stderr: warning(at) });
});

it('stands still once, and goes on', () => {
  const { end: code, stdout } = end('send.after:2@letters.o for 1 ms');
  expect(code).toBe(0);
  expect(stdout).toBe('1 2 {"msg":"crash point left"}\n3 4 5 ');
});

it.each(['', 'send', 'send.after:0', 'send.after@', 'send.after for ever'])(
  '"%s" is refused',
  (at) => {
    const { end: code, stdout, stderr } = end(at);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(`POSTERN_CRASH_AT: there is no "${at}"`);
  },
);
