/**
 * Processes that share a state directory leave their names in it. One whose process is gone can hold
 * nothing any more: what it had is taken over at once, instead of at the end of its lease. Also one
 * that ended well leaves its name, for it may not have been able to give everything back.
 */

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** This process among those of a state directory. */
export interface Holder {
  /** A name that no other process has, or had. */
  readonly name: string;
  /** Names of processes of this machine that are certainly gone. */
  readonly gone: readonly string[];
  /** What the gone ones held has been taken over: forget them. */
  forgetGone(): Promise<void>;
}

interface Record {
  readonly host: string;
  readonly pid: number;
  /** Of the process, as the system counts it: a pid is used again. */
  readonly started: string;
}

export async function enter(state: string): Promise<Holder> {
  const folder = join(state, 'holders');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const gone: string[] = [];
  for (const name of await readdir(folder)) {
    if (await isGone(join(folder, name))) gone.push(name);
  }
  const self: Record = {
    host: hostname(),
    pid: process.pid,
    started: await startOf(process.pid),
  };
  const name = `${self.pid}-${randomBytes(9).toString('hex')}`;
  await writeFile(join(folder, name), JSON.stringify(self), { mode: 0o600 });
  return {
    name,
    gone,
    async forgetGone() {
      await Promise.all(gone.map((each) => rm(join(folder, each), { force: true })));
    },
  };
}

/** Undecided counts as alive: its lease ends by itself. */
async function isGone(file: string): Promise<boolean> {
  try {
    const { host, pid, started } = JSON.parse(await readFile(file, 'utf8')) as Record;
    return host === hostname() && Number.isInteger(pid) && started !== (await startOf(pid));
  } catch {
    return false;
  }
}

/** proc(5), the 22nd field of `stat`; empty when there is no such process. */
async function startOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets, with whatever characters it likes.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return isAlive(pid) ? 'alive' : '';
  }
}

/** Where there is no /proc. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
