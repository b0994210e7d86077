import { infoOf, serversOf } from './servers.ts';
import type { Store } from './store.ts';

/** Whether new work may be accepted. */
export interface Admission {
  /** Whether new work may be accepted. */
  admits(): boolean;
  /** `full` from 75 % of the memory on until it is below 65 % again; `down` while Redis does not answer. */
  intake(): 'open' | 'full' | 'down';
  stop(): void;
}

const FULL = 0.75;
const ROOM_AGAIN = 0.65;
const POLL_MS = 1_000;
/** Redis is gone when it has not answered for so long: what is accepted could not be stored. */
const SILENT_MS = 5_000;

/**
 * Watches how full Redis is. What is under way needs memory to end, even to be taken out: a full
 * Redis would be stuck.
 * @param onChange told once for every change of the answer
 */
export function watchMemory(store: Store, onChange: (admits: boolean) => void): Admission {
  let full = false;
  let answeredAt = performance.now();
  let asking = false;
  let told = true;

  const intake = () => {
    if (performance.now() - answeredAt >= SILENT_MS) return 'down';
    return full ? 'full' : 'open';
  };
  const admits = () => intake() === 'open';
  const look = async () => {
    const asked = performance.now();
    const fill = await fullest(store);
    full = isFull(fill, full);
    answeredAt = asked;
  };
  const tick = () => {
    if (!asking) {
      asking = true;
      look()
        // Whatever is wrong with the link shows as silence.
        .catch(() => undefined)
        .finally(() => {
          asking = false;
          tell();
        });
    }
    tell();
  };
  const tell = () => {
    if (admits() === told) return;
    told = !told;
    onChange(told);
  };
  const timer = setInterval(tick, POLL_MS);
  tick();
  return { admits, intake, stop: () => clearInterval(timer) };
}

/** Whether a fill, 0 to 1, is too much, where it was so or not before. */
export function isFull(fill: number, before: boolean): boolean {
  return fill >= (before ? ROOM_AGAIN : FULL);
}

/** The fill of the fullest server, 0 to 1. */
async function fullest(store: Store): Promise<number> {
  const fills = await Promise.all(
    serversOf(store).map(async (server) => {
      const memory = await infoOf(server, 'memory');
      const size = (name: string) => Number(memory.get(name) ?? 0);
      const limit = size('maxmemory');
      // As Redis counts it: its own buffers do not.
      const used = size('used_memory') - size('mem_not_counted_for_evict');
      return limit > 0 ? used / limit : 0;
    }),
  );
  return Math.max(...fills);
}
