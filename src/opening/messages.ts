/** What is said between the openers and their worker threads. */

import type { Kept } from '../contract/index.ts';

/** With what a worker begins. */
export interface WorkerData {
  /** URL of the module whose default export is an `Opener`. */
  readonly module: string;
  readonly config: unknown;
}

/** A worker says it once, when it has loaded its opener: what ends it later is one of its openings. */
export const READY = 'ready';

export interface Question {
  readonly number: number;
  readonly kept: Kept;
}

/** What came of one try to understand something. */
export type Opening =
  | { readonly is: 'opened'; readonly opened: unknown }
  /** Something that is needed for it does not answer. */
  | { readonly is: 'later'; readonly afterMs: number }
  /** It failed, or its thread died with all that was in it. */
  | { readonly is: 'failed'; readonly why: string };

export interface Answer {
  readonly number: number;
  readonly opening: Opening;
}
