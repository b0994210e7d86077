/** A process whose system calls go wrong. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** Whether this machine can do it: strace is there, and may look into a process. */
export const canTrace =
  spawnSync('strace', ['-f', '-e', 'trace=none', 'true'], { stdio: 'ignore' }).status === 0;

/**
 * Lets a system call of a running process fail or take long, as strace(1) has it after `inject=`.
 * Resolves when it does.
 * @returns what ends it
 */
export async function tamper(pid: number, call: string, how: string): Promise<() => Promise<void>> {
  const inject = `inject=${call}:${how}`;
  const tracer = spawn('strace', ['-f', '-p', String(pid), '-e', `trace=${call}`, '-e', inject], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(tracer, 'close');
  let said = '';
  await new Promise<void>((resolve, reject) => {
    tracer.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1');
      if (said.includes('attached')) resolve();
      said = said.slice(-1_000);
    });
    void ended.then(() => reject(new Error(`strace has ended:\n${said}`)));
  });
  return async () => {
    if (tracer.exitCode === null) tracer.kill('SIGINT');
    await ended;
  };
}
