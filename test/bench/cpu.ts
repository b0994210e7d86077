import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Flow } from './figures.ts';

const TICKS_A_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Seconds of CPU that a process has used, all its threads: proc(5), `utime` and `stime`. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in brackets, with whatever characters it likes.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** What each of some processes uses from now on, in seconds. */
export function cpuMeter(pids: readonly number[]): () => readonly number[] {
  const before = pids.map(cpuSeconds);
  return () => pids.map((pid, index) => cpuSeconds(pid) - (before[index] ?? 0));
}

/** How fast the work does so many, and what each costs the processes. */
export async function measured(
  count: number,
  pids: readonly number[],
  work: () => Promise<unknown>,
): Promise<Flow> {
  const used = cpuMeter(pids);
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1_000;
  return { perSecond: count / seconds, cpuMicros: used().map((each) => (each * 1e6) / count) };
}

/** What lies in memory of a process, in MiB: proc(5), `VmRSS`. */
export function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024;
}
