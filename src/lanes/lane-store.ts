/**
 * Custody: what is written down of a message, and the only ways in which that may change.
 *
 * States of a message:
 *
 * ```
 * waiting ──claim──▶ sending ──settle──▶ handed ──grace or confirmation──▶ delivered | failed | unconfirmed
 *    ▲                 │  │
 *    └──── later ──────┘  └──▶ delivered | failed | expired | parked
 * ```
 *
 * `sending` is an intent with attempt number and fencing token. It is written before anything
 * leaves, so that whoever finds one whose holder is gone knows: something may have left.
 *
 * Not in this interface: what an event means, when to try again, whom to tell. Those are decided by
 * `outbound` and `inbound`; a store only keeps each decision whole. Two implementations, one suite
 * (`test/conformance/lanes.test.ts`).
 */

import type { MessageId, NetworkMessageId, TransportId } from '../contract/index.ts';
import type { Entry, NewEntry, Part } from './entry.ts';
import type { Channel, Lane } from './lane.ts';
import type { Queue } from './queue.ts';

export type { Entry, NewEntry, Part } from './entry.ts';

/** A message that was found open by so many crashes is the likely cause of them: whoever serves it puts it aside. */
export const CRASHES_TO_PARK = 3;

export type Pushed =
  | { readonly result: 'stored' }
  | { readonly result: 'duplicate'; readonly of: MessageId };

/** One lane taken by one holder, with its first entries, each with its intent written. */
export interface Claim {
  readonly lane: Lane;
  /** Grows with every claim of the partition: a later holder's is greater. */
  readonly token: number;
  readonly entries: readonly ClaimedEntry[];
}

export interface ClaimedEntry extends Entry {
  /**
   * An earlier intent was left open: its holder crashed or was paused, or nobody saw its end. This
   * claim has written no new one: reconcile first, then `reopen`.
   */
  readonly interrupted: boolean;
  /** By the clock of this process, as it is now: the two clocks may differ by any time. */
  readonly since: number;
}

export interface ClaimRequest {
  readonly channel: Channel;
  /** Who claims; a name of this process that no other has. */
  readonly holder: string;
  readonly leaseMs: number;
  /** How many lanes at most. */
  readonly lanes: number;
  /** How many entries of one lane at most; one only of a lane whose head has met a crash. */
  readonly perLane: number;
  /** The partitions to look at. */
  readonly partitions: readonly number[];
}

export interface Claimed {
  readonly claims: readonly Claim[];
  /** Partitions in which more is due than was taken. */
  readonly more: readonly number[];
  /** How long until the next lane of these partitions is due, where one waits. */
  readonly nextInMs: number | undefined;
}

/** What became of one claimed entry. */
export type Settlement =
  /**
   * The sink has taken it. For `keepMs` it is kept: for a late error, a repeat after a broken
   * stream, or news from the network; then it ends by itself (`expireHanded`). 0: it ends now.
   */
  | {
      readonly kind: 'handed';
      readonly parts: readonly { readonly part: number; readonly networkId: NetworkMessageId }[];
      readonly keepMs: number;
    }
  /** Terminal. `keep`: as a dead letter, for an operator. */
  | { readonly kind: 'terminal'; readonly keep: boolean }
  /** Certainly not sent: tried again after so long. */
  | { readonly kind: 'later'; readonly afterMs: number }
  /** Nobody knows whether it was sent: its intent stays open, looked at again after so long. */
  | { readonly kind: 'unknown'; readonly afterMs: number }
  /** Nothing left: as if it had never been claimed. */
  | { readonly kind: 'untouched' };

export interface SettleRequest {
  readonly claim: Claim;
  /** For the first entries of the claim, in order; those behind them are `untouched`. All but the last end the entry's turn. */
  readonly settlements: readonly Settlement[];
  /** Stored in the same step: what the sender is to be told. Same partition. */
  readonly reports: readonly NewEntry[];
  /** Claim again what comes next in this lane, so many entries; 0 gives the lane back. */
  readonly next: number;
  readonly leaseMs: number;
}

export type Settled =
  | {
      readonly result: 'settled';
      readonly next: Claim | undefined;
      /** What is left in the lane may be claimed at once. */
      readonly more: boolean;
      /** Entries whose every part was delivered, or one failed, before the answer came. */
      readonly confirmed: readonly MessageId[];
    }
  /** The lease was over and somebody else holds the lane: nothing was changed. */
  | { readonly result: 'fenced' };

/** News of a message that is handed, or on its way to it. */
interface Confirmation {
  readonly id: MessageId;
  readonly part: number;
  readonly networkId: NetworkMessageId;
  readonly state: Part['state'];
  /** Stored in the same step if, and only if, this ends the message in just this state. Same partition. */
  readonly reports: readonly NewEntry[];
}

export type Confirmed =
  /** The message has ended by this, and the reports are stored. */
  | 'ended'
  /** Noted; not the end yet. */
  | 'noted'
  /** No such message, or it was never tried, or it has ended before. */
  | 'gone';

/**
 * The store did not answer, though asked again: what was asked may have been done, or may be done
 * later. Every other rejection means that nothing of the call was done.
 */
export class UnansweredError extends Error {
  override readonly name = 'UnansweredError';
}

export interface LaneStore extends Queue {
  /**
   * Stores entries of one partition or several; all or none where the store has no slots. Idempotent
   * by id for two minutes, whatever became of the message meanwhile. Of two calls at the same time
   * either may come first, if one has to be repeated: see `batched`.
   *
   * @param sent called whenever the entries are on their way: a claim that is asked for from then on
   *   finds them, if they are stored at all
   */
  push(entries: readonly NewEntry[], sent?: () => void): Promise<readonly Pushed[]>;
  claim(request: ClaimRequest): Promise<Claimed>;
  settle(requests: readonly SettleRequest[]): Promise<readonly Settled[]>;
  /** A new intent for an interrupted entry, after it is known that nothing of it is on its way. False: fenced. */
  reopen(claim: Claim, id: MessageId): Promise<boolean>;
  /** Makes one part of several durable. False: fenced. */
  partSent(
    claim: Claim,
    id: MessageId,
    part: { readonly part: number; readonly networkId: NetworkMessageId },
  ): Promise<boolean>;
  confirm(confirmation: Confirmation): Promise<Confirmed>;
  read(id: MessageId): Promise<Entry | undefined>;

  /**
   * Ends handed messages whose time is over, some hundreds at a time; `more`: call again.
   * @param agoMs only those whose time was over so long ago, by the store's clock; left out: now
   */
  expireHanded(
    channel: Channel,
    agoMs?: number,
  ): Promise<{ readonly ended: readonly MessageId[]; readonly more: boolean }>;
  /**
   * Puts handed messages that are still kept at the head of their lanes again, in their old order.
   * @param agoMs only those that were handed over so long ago or longer, by the store's clock; left out:
   *   all
   */
  rewind(channel: Channel, agoMs?: number): Promise<number>;
  /** The sink refused a handed message afterwards: it goes back to the head of its lane, or ends. False: it is not handed. */
  bounce(
    id: MessageId,
    verdict:
      | { readonly kind: 'later'; readonly afterMs: number }
      | { readonly kind: 'terminal'; readonly keep: boolean },
  ): Promise<boolean>;
  /** Frees the lanes of a holder that is certainly gone. */
  release(channel: Channel, holder: string): Promise<number>;

  deadLetters(limit: number): Promise<readonly Entry[]>;
  /**
   * Puts a dead letter at the end of its lane again. False: there is none.
   * @param more the event in place of the old one, and reports to store in the same step. Same partition
   */
  revive(
    id: MessageId,
    deadlineAt: number,
    more?: { readonly event?: string; readonly reports?: readonly NewEntry[] },
  ): Promise<boolean>;
  discard(id: MessageId): Promise<boolean>;

  /**
   * Remembers whose a network id is, and gives back what was said of it before it was known.
   * Idempotent; called before the message is settled as handed.
   */
  bind(
    transport: TransportId,
    networkId: NetworkMessageId,
    id: MessageId,
    windowMs: number,
  ): Promise<readonly string[]>;
  whose(transport: TransportId, networkId: NetworkMessageId): Promise<MessageId | undefined>;
  /** Keeps news of an unknown network id for a while. */
  keepForLater(
    transport: TransportId,
    networkId: NetworkMessageId,
    news: string,
    windowMs: number,
  ): Promise<void>;
}
