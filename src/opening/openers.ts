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
  /** How long one opening may take, once it has begun. */
  readonly limitMs?: number;
  /** What the heap of one thread may hold. */
  readonly heapMb?: number;
}

export interface Openers {
  /** How many it opens at once; more of them wait. */
  readonly concurrency: number;
  /** @param alone with no other in its thread, so that it is known what kills it */
  open(kept: Kept, alone: boolean, signal: AbortSignal): Promise<Opening>;
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
    together: TOGETHER,
  };
  const threads = Array.from({ length: THREADS }, () => new OpenerThread(settings));
  /** Called, one for each, when something has ended. */
  const waiting: (() => void)[] = [];
  const free = (alone: boolean) => threads.find((thread) => thread.takes(alone));
  return {
    concurrency: THREADS * TOGETHER,
    async open(kept, alone, signal) {
      let thread = free(alone);
      while (thread === undefined) {
        if (signal.aborted) return NO_TURN;
        await new Promise<void>((resolve) => waiting.push(resolve));
        thread = free(alone);
      }
      try {
        return await thread.open(kept, alone);
      } finally {
        for (const look of waiting.splice(0)) look();
      }
    },
    async stop() {
      await Promise.all(threads.map((thread) => thread.stop()));
    },
  };
}

/** Others were in the way until its time was up. */
const NO_TURN: Opening = { is: 'later', afterMs: 1_000 };
