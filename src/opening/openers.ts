/**
 * Understands foreign bytes in worker threads, apart from everything else: what blocks, crashes or
 * fills its thread holds up no stream, and is ended.
 */

import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Kept } from '../contract/index.ts';
import type { Opening } from './messages.ts';
import { OpenerThread } from './opener-thread.ts';

export interface OpenersOptions {
  /** URL of the adapter's opener. */
  readonly module: string;
  /** Can be cloned. */
  readonly config: unknown;
  /** A thread can not begin: nothing is opened until that is mended. */
  readonly onError: (error: unknown) => void;
  /** How long one opening may take. */
  readonly limitMs?: number;
  /** What the heap of one thread may hold. Buffers lie outside of it: an opener has to bound them itself. */
  readonly heapMb?: number;
}

export interface Openers {
  /** How many it opens at once; one more may be open alone. */
  readonly concurrency: number;
  /**
   * Never rejects, and never waits for a place: where there is none it is "later".
   * @param alone with no other in its thread, so that it is known what kills it; one at a time
   */
  open(kept: Kept, alone: boolean): Promise<Opening>;
  /** What is under way is "later". */
  stop(): Promise<void>;
}

/** A second one, where the first is held up. */
const THREADS = 2;
const LIMIT_MS = 15_000;
const HEAP_MB = 256;
/** Most of the time of one is waiting for an answer from somewhere. */
const TOGETHER = 8;

/** Costs nothing until something is opened. */
export function startOpeners(options: OpenersOptions): Openers {
  const settings = {
    worker: new URL(`./worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url),
    data: { module: options.module, config: options.config },
    limitMs: options.limitMs ?? LIMIT_MS,
    heapMb: options.heapMb ?? HEAP_MB,
    onError: options.onError,
  };
  const threads = Array.from({ length: THREADS }, () => new OpenerThread(settings));
  /** For suspects: there they neither hold up the others nor wait for a moment without any. */
  const cell = new OpenerThread(settings);
  let stopped = false;

  /** The one with the fewest, so that what holds up a thread is soon passed by. */
  const placeOf = (alone: boolean): OpenerThread | undefined => {
    if (alone) return cell.openings === 0 ? cell : undefined;
    const [first] = threads.toSorted((a, b) => a.openings - b.openings);
    return first !== undefined && first.openings < TOGETHER ? first : undefined;
  };
  return {
    concurrency: THREADS * TOGETHER,
    async open(kept, alone) {
      const place = stopped ? undefined : placeOf(alone);
      return (await place?.open(kept)) ?? NO_PLACE;
    },
    async stop() {
      stopped = true;
      await Promise.all([...threads, cell].map((thread) => thread.stop()));
    },
  };
}

const NO_PLACE: Opening = { is: 'later', afterMs: 1_000 };
