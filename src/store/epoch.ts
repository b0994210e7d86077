import { randomUUID } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Store } from './store.ts';

export interface EpochWatch {
  /** Resolves when nothing is written any more. */
  stop(): Promise<void>;
}

const POLL_MS = 1_000;

/**
 * Notices that Redis was emptied, or is another one than before: the epoch, a name that is given to
 * its data once, is remembered in a file, and is not the one that Redis has. Whatever was waiting is
 * gone; all that can be done is to say so, and to go on with the data that is there.
 *
 * @param file where the epoch is remembered: `<state>/epoch`
 * @param onWiped told at the start and while running, once each time
 */
export async function watchEpoch(
  store: Store,
  file: string,
  onWiped: (text: string) => void,
): Promise<EpochWatch> {
  let known = (await readFile(file, 'utf8').catch(() => '')).trim();
  let asking: Promise<void> | undefined;
  let stopped = false;

  const look = async () => {
    let epoch = await store.command('GET', 0, 'epoch');
    if (typeof epoch !== 'string') {
      // Of several that notice it together, one names it.
      await store.command('SET', 0, 'epoch', randomUUID(), 'NX');
      epoch = String(await store.command('GET', 0, 'epoch'));
    }
    if (epoch === known || stopped) return;
    const before = known;
    known = String(epoch);
    if (before !== '') {
      onWiped(
        'Redis has lost its data, or is another one than before: what was waiting in it is gone',
      );
    }
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
