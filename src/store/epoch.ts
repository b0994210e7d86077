import { randomUUID } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Store } from './store.ts';

export interface EpochListener {
  /** Told at the start and while running, once each time; where it fails, or this process dies in it, once more. */
  onWiped(text: string): Promise<void>;
  /** The file does not hold what is written into it; a good one takes its place. */
  onDamaged(text: string): void;
}

export interface EpochWatch {
  /** Resolves when nothing is written any more. */
  stop(): Promise<void>;
}

const POLL_MS = 1_000;

const LOST =
  'Redis has lost its data, or is another one than before. What was waiting in it is gone, and so is what ' +
  'was on hold or put aside, the holds themselves, accounts that were registered in the chat, and who was in which room.';

const epochSchema = z.uuid();

/**
 * Notices that Redis was emptied, or is another one than before: the epoch, a name that is given to
 * its data once, is remembered in a file, and is not the one that Redis has. Whatever was waiting is
 * gone; all that can be done is to say so, and to go on with the data that is there.
 *
 * @param file where the epoch is remembered: `<state>/epoch`
 */
export async function watchEpoch(
  store: Store,
  file: string,
  { onWiped, onDamaged }: EpochListener,
): Promise<EpochWatch> {
  const remembered = (await readFile(file, 'utf8').catch(absent))?.trim();
  let known = epochSchema.safeParse(remembered).data;
  let damaged = remembered !== undefined && known === undefined;
  if (damaged) {
    onDamaged(
      `${file} is damaged, and written anew: whether Redis is the one from before is not known this time`,
    );
  }
  let asking: Promise<void> | undefined;
  let stopped = false;

  const look = async () => {
    let epoch = await store.command('GET', 0, 'epoch');
    const unnamed = typeof epoch !== 'string';
    if (unnamed) {
      // Of several that notice it together, one names it.
      await store.command('SET', 0, 'epoch', randomUUID(), 'NX');
      epoch = await store.command('GET', 0, 'epoch');
    }
    if (epoch === known || stopped) return;
    // Whatever a damaged file held: its Redis had a name.
    const wiped = known !== undefined || (damaged && unnamed);
    if (wiped) await onWiped(LOST);
    known = String(epoch);
    damaged = false;
    await write(file, known);
  };
  await look();
  const timer = setInterval(() => {
    // A Redis that does not answer has not lost anything yet.
    asking ??= look()
      .catch(() => undefined)
      .finally(() => {
        asking = undefined;
      });
  }, POLL_MS);
  return {
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await asking;
    },
  };
}

function absent(error: NodeJS.ErrnoException): string | undefined {
  return error.code === 'ENOENT' ? undefined : '';
}

async function write(file: string, text: string): Promise<void> {
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(`${text}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  const folder = await open(dirname(file));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
