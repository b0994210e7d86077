/**
 * Processes that share a state directory leave their names in it. One whose process is gone can hold
 * nothing any more: what it had is taken over at once, instead of at the end of its lease. Also one
 * that ended well leaves its name, for it may not have been able to give everything back.
 */

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/** This process among those of a state directory. */
export interface Holder {
  /** A name that no other process has, or had. */
  readonly name: string;
  /** Names of processes of this machine that are certainly gone. */
  readonly gone: readonly string[];
  /** What the gone ones held has been taken over: forget them. */
  forgetGone(): Promise<void>;
  /**
   * For whoever has asked for it: see `presentIn`.
   * @param begun when its reading began, by `monotonic`
   */
  noteReload(begun: number, outcome: Reloaded): Promise<void>;
}

const words = z.array(z.string()).readonly().exactOptional();
const reloadedSchema = z.object({ problems: words, changed: words, restart: words }).readonly();

/** What came of reading the configuration again: what is wrong with it, or what it changed. */
export type Reloaded = z.infer<typeof reloadedSchema>;

/** A pid that is none would be a group of processes, or all of them. */
const recordSchema = z.object({
  host: z.string(),
  pid: z.int().positive(),
  /** Of the process, as the system counts it: a pid is used again. */
  started: z.string().regex(/^(?:\d+|alive)$/),
  /** Of the last time that it has read its configuration again. */
  reload: z.object({ begun: z.number(), outcome: reloadedSchema }).exactOptional(),
});
type Record = z.infer<typeof recordSchema>;

/** A process that runs on this machine. */
export interface Present extends Pick<Record, 'pid' | 'reload'> {
  readonly name: string;
}

/** Microseconds by a clock that all processes of a machine share, and that nobody sets. */
export function monotonic(): number {
  return Number(process.hrtime.bigint() / 1_000n);
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
  const file = join(folder, name);
  await writeFile(file, JSON.stringify(self), { mode: 0o600 });
  return {
    name,
    gone,
    async forgetGone() {
      await Promise.all(gone.map((each) => rm(join(folder, each), { force: true })));
    },
    async noteReload(begun, outcome) {
      const record: Record = { ...self, reload: { begun, outcome } };
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
    const file = join(folder, name);
    const record = await recordIn(file);
    if (name.endsWith('.new') || record?.host !== hostname()) continue;
    const { host: _, started, ...present } = record;
    if (started !== (await startOf(present.pid))) continue;
    if (await isWrittenBy(present.pid, file)) found.push({ name, ...present });
  }
  return found;
}

async function recordIn(file: string): Promise<Record | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Whoever can write the file could name any process in it. Where there is no /proc nobody can tell. */
async function isWrittenBy(pid: number, file: string): Promise<boolean> {
  try {
    const [writer, process] = await Promise.all([stat(file), stat(`/proc/${pid}`)]);
    return writer.uid === process.uid;
  } catch {
    return true;
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
