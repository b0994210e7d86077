/** What is written down of a message. */

import type { MessageId, NetworkMessageId } from '../contract/index.ts';
import type { Lane } from './lane.ts';

/** A message to be stored. */
export interface NewEntry {
  readonly id: MessageId;
  readonly lane: Lane;
  /** The event as its room wrote it; opaque here. */
  readonly event: string;
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
  /** Milliseconds since the epoch; past it the message is not tried any more. */
  readonly deadlineAt: number;
  /** By which a repeat of the same event is recognised, and for how long. */
  readonly duplicateKeys: readonly { readonly key: string; readonly windowMs: number }[];
}

/** The part of a message that the network has given an id. */
export interface Part {
  readonly part: number;
  readonly networkId: NetworkMessageId;
  readonly state: 'accepted' | 'delivered' | 'failed';
}

/**
 * A message as it is stored. One whose record can not be read has an empty event and no deadline, so
 * that whoever reads the event parks it; one whose journal can not be read is `unknown` after three
 * crashes.
 */
export interface Entry {
  readonly id: MessageId;
  readonly lane: Lane;
  readonly event: string;
  readonly acceptedAt: number;
  readonly deadlineAt: number;
  readonly state: 'waiting' | 'sending' | 'unknown' | 'handed' | 'dead';
  /** How many intents were written. */
  readonly attempts: number;
  /** How many of them were found without their holder. */
  readonly crashes: number;
  /** When the last intent was written or the state entered, by the store's clock. */
  readonly since: number;
  readonly parts: readonly Part[];
}
