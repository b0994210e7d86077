/** Children that do not outlive the process that started them, however it ends: but for SIGKILL. */

import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();

/** From now on, this child ends at the latest with this process. @returns the same */
export function endedWithUs<T extends ChildProcess>(child: T): T {
  if (running.size === 0) process.on('exit', endAll);
  running.add(child);
  child.once('exit', () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', endAll);
  });
  return child;
}

/** A signal ends a process without a word to anybody: it becomes an exit, with the code that shells expect. */
export function exitOnSignals(): void {
  for (const [signal, code] of Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 })) {
    process.once(signal, () => process.exit(code));
  }
}

/** One that is stopped ends, too. */
function endAll(): void {
  for (const child of running) child.kill('SIGKILL');
}
