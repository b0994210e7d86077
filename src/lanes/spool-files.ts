import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { MessageId } from '../contract/index.ts';
import { crashPoint } from '../crash-point.ts';
import { parseMessageId } from './lane.ts';

/** Events in files, one a message. */
export interface SpoolFiles {
  /** Resolves when the file and its name are on disk. */
  write(id: MessageId, event: string): Promise<void>;
  /**
   * Undefined where there is none, or what is there is not what was written.
   * @throws Error where the disk does not give it now: access, or what it says itself
   */
  read(id: MessageId): Promise<string | undefined>;
  /** Whether this process knows of one. */
  has(id: MessageId): boolean;
  /** Costs nothing for a message that has no file. */
  remove(id: MessageId): Promise<void>;
  /** Those last written so long ago; what was never finished is removed on the way. */
  olderThan(ageMs: number): Promise<readonly MessageId[]>;
}

const UNFINISHED = '.new';
/** Before an event: its bytes, and CRC-32. A disk that loses a part of a mail must not make a shorter one. */
const HEAD = /^1 spool (\d+) (\d+)\n/;
const MOST_HEAD_BYTES = 64;
/** What no wait and no operator can mend. All other errors are the system's: of access, the disk, memory. */
const GONE: ReadonlySet<string> = new Set(['ENOENT', 'EISDIR', 'ERR_FS_FILE_TOO_LARGE']);

export async function spoolFiles(directory: string): Promise<SpoolFiles> {
  /** Which messages have a file: most have none, and are not to cost a system call. */
  const known = new Set((await readdir(directory)).map(parseMessageId));

  const syncNames = together(async () => {
    const folder = await open(directory);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  });

  return {
    async write(id, event) {
      crashPoint('spool.before', '');
      known.add(id);
      const file = join(directory, id);
      const handle = await open(file + UNFINISHED, 'w', 0o600);
      try {
        const bytes = Buffer.from(event);
        await handle.writeFile(headOf(bytes));
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(file + UNFINISHED, file);
      // The new name, too, has to survive a power failure.
      await syncNames();
      crashPoint('spool.after', '');
    },

    async read(id) {
      try {
        return eventIn(await readFile(join(directory, id)));
      } catch (error) {
        if (GONE.has(codeOf(error))) return undefined;
        throw error;
      }
    },

    has: (id) => known.has(id),

    async remove(id) {
      if (!known.delete(id)) return;
      await rm(join(directory, id), { force: true });
    },

    async olderThan(ageMs) {
      const old: MessageId[] = [];
      for (const name of await readdir(directory)) {
        const file = join(directory, name);
        const found = await stat(file).catch(() => undefined);
        if (found === undefined || Date.now() - found.mtimeMs < ageMs) continue;
        const id = parseMessageId(name);
        if (id !== undefined) {
          // Another process may have written it.
          known.add(id);
          old.push(id);
        } else if (name.endsWith(UNFINISHED)) {
          await rm(file, { force: true });
        }
      }
      return old;
    },
  };
}

function headOf(event: Buffer): string {
  return `1 spool ${event.length} ${crc32(event)}\n`;
}

function eventIn(file: Buffer): string | undefined {
  const [head, length, sum] = HEAD.exec(file.toString('latin1', 0, MOST_HEAD_BYTES)) ?? [];
  // Written by a version that put none before it: all events begin otherwise.
  if (head === undefined) return file.toString();
  const event = file.subarray(head.length);
  const isWhole = event.length === Number(length) && crc32(event) === Number(sum);
  return isWhole ? event.toString() : undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Those who ask while the work is under way wait for it to begin once more, for all of them. */
function together(work: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= last.then(() => {
      next = undefined;
      const now = work();
      last = now.catch(() => undefined);
      return now;
    });
    return next;
  };
}
