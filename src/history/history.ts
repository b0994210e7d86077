/** Stories of messages: each step with its time, no body, for 30 days. */

import type { MessageId, TransportId } from '../contract/index.ts';
import type { ConversationKey } from '../lanes/lane.ts';

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
  /** Whose message it is: said once, by the first step. */
  readonly conversation?: Omit<Whose, 'transport'>;
  /** By what else a person may ask for it: an id of the user's stanza, or one of the network. Eight at most. */
  readonly names?: readonly string[];
}

/** The conversation to which a message belongs, and from whom in it: `outbound` is from the user. */
export interface Whose extends ConversationKey {
  readonly direction: 'outbound' | 'inbound';
}

/** Messages of one user, of one contact, or of one with the other; of one transport or of all. */
export type StoryFilter = Partial<Pick<ConversationKey, 'transport'>> &
  (
    | { readonly account: string; readonly peer?: string }
    | { readonly account?: undefined; readonly peer: string }
  );

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
  'hurried',
] as const;

export type StepKind = (typeof STEP_KINDS)[number];

/** What answers `postern why`, beside a running gateway or without one. */
export interface StoryReader {
  /** The steps of a message in order of time; of a `History` also those that are not written yet. Empty where it is unknown. */
  story(message: MessageId): readonly Step[];
  /** The messages that have this name, the latest first: ten at most. */
  named(name: string): readonly MessageId[];
  /**
   * The latest messages, the latest first. Of one user with one contact they are looked for among his
   * latest 2,000; of a contact alone with the 20 users who wrote to each other last. None without either.
   */
  latest(filter: StoryFilter, most: number): readonly MessageId[];
  /** Whose a message is; undefined where that is not known, or not any more. */
  conversationOf(message: MessageId): Whose | undefined;
  /** A `History` writes what is not written yet, and takes no more. May be called twice. */
  close(): void;
}

/** Who wrote to processes that are gone, for one that has to tell them something. */
export interface PastWriters {
  /**
   * The accounts that wrote something that was accepted between two moments, in milliseconds since the
   * epoch: as far as it is in the file, 10,000 of them and among the latest 100,000 messages at most.
   * @throws Error when it can not be read
   */
  wroteBetween(transport: TransportId, from: number, until: number): Promise<ReadonlySet<string>>;
}

export interface History extends StoryReader {
  /** Returns at once; written in batches. A full disk costs stories, never messages. */
  note(step: Step): void;
}
