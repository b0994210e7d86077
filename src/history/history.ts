/** Stories of messages: each step with its time, no body, for 30 days. */

import type { MessageId, TransportId } from '../contract/index.ts';

/** One step in the life of a message. */
export interface Step {
  readonly message: MessageId;
  readonly transport: TransportId;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly what: StepKind;
  /** In words for an operator: no body, no secret. An address only as the rooms show it in a log. */
  readonly detail?: string;
}

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
] as const;

export type StepKind = (typeof STEP_KINDS)[number];

export interface History {
  /** Returns at once; written in batches. A full disk costs stories, never messages. */
  note(step: Step): void;
  /** The steps of a message in order, those included that are not written yet. Empty where it is unknown. */
  story(message: MessageId): readonly Step[];
  /** The messages whose id the network gave, or that a client used, may be asked for as well. */
  close(): void;
}
