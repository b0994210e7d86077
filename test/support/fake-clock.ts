/**
 * Wall clocks of processes that are set while they run, as by hand or by NTP: by libfaketime. What a
 * process measures by a monotonic clock goes on.
 */

import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whose there are. */
export type ClockOf = 'gateway' | 'redis';

/** `$LIB` is the dynamic linker's own word (ld.so(8)). */
const LIBRARY = '/usr/$LIB/faketime/libfaketimeMT.so.1';
/**
 * The allocator that Debian's Redis is linked to asks for the time before there is memory, and the
 * library asks for memory first. That of libc does not.
 */
const PRELOADED: Readonly<Record<ClockOf, string>> = {
  gateway: LIBRARY,
  redis: `${LIBRARY} libc.so.6`,
};
const SHARED = '/dev/shm';

export class FakeClock {
  readonly #dir: string;
  #written = 0;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  /** All are right. */
  static async start(): Promise<FakeClock> {
    const clock = new FakeClock(await mkdtemp(join(tmpdir(), 'postern-clock-')));
    await Promise.all([clock.set('gateway', 0), clock.set('redis', 0)]);
    return clock;
  }

  /** Of a process whose clock is to be set. */
  env(of: ClockOf): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: PRELOADED[of],
      FAKETIME_TIMESTAMP_FILE: join(this.#dir, of),
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** From the right time, in milliseconds. It holds at once. */
  async set(of: ClockOf, offsetMs: number): Promise<void> {
    const seconds = offsetMs / 1_000;
    const file = join(this.#dir, `${of}.${++this.#written}`);
    await writeFile(file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    await rename(file, join(this.#dir, of));
  }

  async stop(): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true });
    // A process that was killed has left what it shared with none.
    for (const name of await readdir(SHARED)) {
      const [, pid] = /faketime_(?:shm|sem)_(\d+)$/.exec(name) ?? [];
      if (pid !== undefined && !isAlive(Number(pid))) await rm(join(SHARED, name), { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
