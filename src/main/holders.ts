/**
 * Processes that share a state directory leave their names in it. One whose process is gone can hold
 * nothing any more: what it had is taken over at once, instead of at the end of its lease. Also one
 * that ended well leaves its name, for it may not have been able to give everything back.
 */

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
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
  /** For whoever has asked for it: see `presentIn`. */
  noteReload(outcome: Reloaded): Promise<void>;
}

/** What came of reading the configuration again: what is wrong with it, or what it changed. */
export interface Reloaded {
  readonly problems?: readonly string[];
  readonly changed?: readonly string[];
  readonly restart?: readonly string[];
}

interface Record {
  readonly host: string;
  readonly pid: number;
  /** Of the process, as the system counts it: a pid is used again. */
  readonly started: string;
  /** How often it has read its configuration again, and what came of the last time. */
  readonly reloads: number;
  readonly reloaded?: Reloaded;
}

/** A process that runs on this machine. */
export interface Present {
  readonly name: string;
  readonly pid: number;
  readonly reloads: number;
  readonly reloaded: Reloaded | undefined;
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
    reloads: 0,
  };
  const name = `${self.pid}-${randomBytes(9).toString('hex')}`;
  const file = join(folder, name);
  await writeFile(file, JSON.stringify(self), { mode: 0o600 });
  let { reloads } = self;
  return {
    name,
    gone,
    async forgetGone() {
      await Promise.all(gone.map((each) => rm(join(folder, each), { force: true })));
    },
    async noteReload(reloaded) {
      reloads += 1;
      const record: Record = { ...self, reloads, reloaded };
      await writeFile(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
      await rename(`${file}.new`, file);
    },
  };
}

/** The processes of this machine that run on a state directory. */
export async function presentIn(state: string): Promise<readonly Present[]> {
  const folder = join(state, 'holders');
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const found: Present[] = [];
  for (const name of names) {
    const record = await recordIn(join(folder, name));
    if (name.endsWith('.new') || record?.host !== hostname()) continue;
    const { pid, started, reloads = 0, reloaded } = record;
    if (started === (await startOf(pid))) found.push({ name, pid, reloads, reloaded });
  }
  return found;
}

async function recordIn(file: string): Promise<Record | undefined> {
  try {
    const record = JSON.parse(await readFile(file, 'utf8')) as Record;
    return Number.isInteger(record.pid) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Undecided counts as alive: its lease ends by itself. */
async function isGone(file: string): Promise<boolean> {
  const record = await recordIn(file);
  if (record?.host !== hostname()) return false;
  return record.started !== (await startOf(record.pid));
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
