/** A disk of a few megabytes in memory, to be filled. Only root may have one. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly directory: string;
  /** Nothing more can be written until it is freed. */
  fill(): Promise<void>;
  free(): Promise<void>;
  /** Whoever writes to it has to be gone. */
  remove(): Promise<void>;
}

/** Undefined where this user or this machine can not mount one. */
export function smallDisk(megabytes: number): SmallDisk | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'postern-disk-'));
  const args = ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'postern-tests', directory];
  if (spawnSync('mount', args).status !== 0) {
    rmdirSync(directory);
    return undefined;
  }
  const ballast = join(directory, 'ballast');
  return {
    directory,
    async fill() {
      const file = await open(ballast, 'a');
      try {
        const piece = Buffer.alloc(4_096);
        for (;;) await file.write(piece);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      } finally {
        await file.close();
      }
    },
    free: () => rm(ballast, { force: true }),
    async remove() {
      execFileSync('umount', [directory]);
      rmdirSync(directory);
    },
  };
}
