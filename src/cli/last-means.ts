/**
 * What ends this process where it can not end itself. `process.exit` joins Node's threads: one that is in a
 * call which never returns, as of a disk that hangs, holds it for ever, and no timer of ours runs by then.
 * So another process waits with it, and goes when it goes.
 */

import { spawn } from 'node:child_process';

/** Its input ends with whoever began it; and a pid that belongs to nobody or somebody else is not killed. */
const WATCH = `
const [pid, ms] = process.argv.slice(1).map(Number);
const timer = setTimeout(() => {
  if (process.ppid === pid) process.kill(pid, 'SIGKILL');
  process.exit();
}, ms);
process.stdin.on('error', () => process.exit()).on('close', () => process.exit()).resume();
`;

let isWatched = false;

/**
 * This process is killed after so long, if it is still there. The first call holds. As the first process of
 * a container it can not be killed from within: there the one that stops the container does it.
 */
export function killedAfter(ms: number): void {
  if (isWatched) return;
  isWatched = true;
  const watch = spawn(process.execPath, ['-e', WATCH, String(process.pid), String(ms)], {
    cwd: '/',
    env: {},
    // A second Ctrl-C goes to the whole group.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Where no process can be begun, there is none.
  watch.on('error', () => undefined).unref();
  watch.stdin.on('error', () => undefined);
}
