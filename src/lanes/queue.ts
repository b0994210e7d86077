/**
 * Custody as people look at it: what lies in the lanes and how it stands there, and the few moves that
 * are made by hand. No text of a message is in any of it.
 */

import type { MessageId } from '../contract/index.ts';
import type { Entry, NewEntry } from './entry.ts';
import type { Channel, Lane } from './lane.ts';

/** So many lanes of a channel are looked at in each partition. */
export const MOST_LANES = 4_096;
/** How far the place of a message in its lane is counted. */
export const MOST_AHEAD = 1_000;

/** One channel in numbers. */
export interface Survey {
  readonly channel: Channel;
  /** Lanes in which something waits. */
  readonly lanes: number;
  /** Messages in them, those under way included. */
  readonly waiting: number;
  /** Lanes that somebody serves at this moment. */
  readonly served: number;
  /** Lanes whose head has to wait for another attempt. */
  readonly delayed: number;
  /** Lanes on hold. */
  readonly onHold: number;
  /** Messages that are handed over, and kept for what may still be heard of them. */
  readonly handed: number;
  /** Messages that were put aside. */
  readonly dead: number;
  /** The oldest that waits, by its id. */
  readonly oldest: MessageId | undefined;
  /** There is more than was looked at. */
  readonly partial: boolean;
}

/** A lane in which something waits. */
export interface Waiting {
  readonly lane: Lane;
  readonly messages: number;
  /** The first of them. */
  readonly head: MessageId;
}

export interface HeadsRequest {
  readonly channels: readonly Channel[];
  /** Of this conversation alone. */
  readonly conversation?: Lane;
  /** Only lanes whose head is younger than this message. */
  readonly after?: MessageId;
  readonly limit: number;
}

/** A page of one partition's lanes. What does not stand there any more when the next is asked for is not skipped. */
export interface PageRequest {
  readonly channel: Channel;
  readonly partition: number;
  readonly skip: number;
  readonly limit: number;
}

export interface Page {
  /** How many lanes were looked at. */
  readonly lanes: number;
  /** The first message of each of which that was asked. */
  readonly heads: readonly MessageId[];
  readonly more: boolean;
}

/** How a message stands in custody. */
export interface Standing extends Omit<Entry, 'event'> {
  /** Until its lane may be served, by the store's clock: 0 when that is now; undefined when it is in no lane. */
  readonly dueInMs: number | undefined;
  /** How many of its lane come before it: `MOST_AHEAD` at most. */
  readonly ahead: number;
  /** Somebody serves its lane at this moment. */
  readonly served: boolean;
  readonly onHold: boolean;
}

/** What is held back: one conversation (by its outbound lane), or all of a channel. */
export interface HoldTarget {
  readonly channel: Channel;
  readonly conversation?: Lane;
}

export interface Hold {
  /** Undefined for a conversation: the note says whose. */
  readonly channel: Channel | undefined;
  /** As it was given; opaque here. */
  readonly note: string;
}

/** What became of the wish to try a message now. */
export type Hurried =
  /** Its lane may be served now. */
  | 'hurried'
  /** Its lane is being served; its turn comes. */
  | 'served'
  | 'on-hold'
  /** It is handed over, or put aside. */
  | 'handed'
  | 'dead'
  | 'gone';

/** What became of the wish to take a message back. */
export type Withdrawn =
  /** It is gone, and the reports are stored. */
  | 'withdrawn'
  /** It was tried since it was looked at: nothing was changed. */
  | 'changed'
  /** An attempt is under way, or nobody knows how one ended: nothing was changed. */
  | 'sending'
  | 'unknown'
  | 'handed'
  | 'dead'
  | 'gone';

export interface Queue {
  survey(channels: readonly Channel[]): Promise<readonly Survey[]>;
  /** Lanes by the age of their heads, the oldest first. */
  heads(
    request: HeadsRequest,
  ): Promise<{ readonly waiting: readonly Waiting[]; readonly more: boolean }>;
  /** The heads of what is on hold, in any order; of what is under way when that is settled. */
  held(request: PageRequest): Promise<Page>;
  /** The first messages of a lane, in their order. */
  messagesOf(lane: Lane, limit: number): Promise<readonly MessageId[]>;
  /** How each stands, in the order of the question; those that are not in custody are left out. */
  look(ids: readonly MessageId[]): Promise<readonly Standing[]>;
  /** The dead letters, the latest first. */
  dead(limit: number): Promise<readonly MessageId[]>;
  /** Ends the wait of the lane in which this message is. */
  hurry(id: MessageId): Promise<Hurried>;
  /**
   * Ends the wait of each lane that has to wait for another attempt, but of those on hold: says the heads
   * of these. They stand there no more.
   */
  hurryAll(request: PageRequest): Promise<Page>;
  /**
   * Takes a message back that waits, and of which nothing is under way.
   * @param seen how many attempts it had when the reports were written
   * @param reports what its sender is told; stored in the same step. Same partition
   */
  withdraw(id: MessageId, seen: number, reports: readonly NewEntry[]): Promise<Withdrawn>;
  /**
   * Lets nothing more of it be claimed; what is under way goes on. In force for a partition when its
   * part is done; a call that failed can be repeated. False: it was on hold before.
   */
  hold(target: HoldTarget, note: string): Promise<boolean>;
  /** False: it was not on hold. */
  resume(target: HoldTarget): Promise<boolean>;
  holds(): Promise<readonly Hold[]>;
  /** The network as a whole asked to wait: noted for those who ask. The longest is kept. */
  notePause(channel: Channel, ms: number): Promise<void>;
  /** How long it still lasts; undefined where there is none. */
  pauseOf(channel: Channel): Promise<number | undefined>;
}
