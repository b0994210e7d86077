/** Stories of messages: each step with its time, no body, for 30 days. */

import type { MessageId, TransportId } from '../contract/index.ts';

/** One step in the life of a message. */
export interface Step {
  readonly message: MessageId;
  /** The same for all steps of a message. */
  readonly transport: TransportId;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly what: StepKind;
  /** In words for an operator: no body, no secret. An address only as the rooms show it in a log. */
  readonly detail?: string;
}

/** Stored by position: new kinds go to the end, and none is ever removed. */
export const STEP_KINDS = [
  'accepted',
  'attempt',
  'handed',
  'later',
  'unknown',
  'reconciled',
  'delivered',
  'failed',
  'expired',
  'unconfirmed',
  'parked',
  'told',
  'resent',
  'revived',
  'discarded',
  'opened',
] as const;

export type StepKind = (typeof STEP_KINDS)[number];

/** What answers `postern why`, beside a running gateway or without one. */
export interface StoryReader {
  /** The steps of a message in order of time; of a `History` also those that are not written yet. Empty where it is unknown. */
  story(message: MessageId): readonly Step[];
  /** A `History` writes what is not written yet, and takes no more. May be called twice. */
  close(): void;
}

export interface History extends StoryReader {
  /** Returns at once; written in batches. A full disk costs stories, never messages. */
  note(step: Step): void;
}
