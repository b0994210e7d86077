/**
 * Serving a channel: who decides what becomes of claimed messages, and what keeps the lanes moving.
 * The decider (`outbound/deliver`, `inbound/present`) knows nothing of claims, leases and retries of
 * the store; the drain knows nothing of networks.
 */

import type { MessageId, NetworkMessageId } from '../contract/index.ts';
import type { Channel } from './lane.ts';
import type { Claim, LaneStore, NewEntry, Settlement } from './lane-store.ts';

/** The time that one claim has. */
export interface Turn {
  /** Fires at two thirds of the lease. One signal may serve many turns that began together. */
  readonly signal: AbortSignal;
  /** By a monotonic clock: false from two thirds of the lease on. Asked in the very tick of a write. */
  live(): boolean;
  /** See `LaneStore.reopen`. */
  reopen(id: MessageId): Promise<boolean>;
  /** See `LaneStore.partSent`. */
  partSent(id: MessageId, part: number, networkId: NetworkMessageId): Promise<boolean>;
}

/** What became of the first entries of a claim; those behind them count as untouched. */
export interface Served {
  readonly settlements: readonly Settlement[];
  /** Stored in the same step as the settlements. */
  readonly reports: readonly NewEntry[];
  /** The network as a whole said "later": no lane of this channel is served for so long. */
  readonly pauseMs?: number;
}

export interface LaneServer {
  /** May throw: then every entry of the claim is looked at again as if its holder had crashed. */
  serve(claim: Claim, turn: Turn): Promise<Served>;
  /** The settlements of this claim are stored (not called when fenced). */
  settled?(claim: Claim, served: Served, confirmed: readonly MessageId[]): void;
}

export interface DrainOptions {
  readonly channel: Channel;
  readonly store: LaneStore;
  readonly server: LaneServer;
  /** A name of this process that no other has. */
  readonly holder: string;
  /** How many lanes are served at once. */
  readonly concurrency: number;
  /** How many entries of one lane are claimed together; 1 where each is an attempt of its own. */
  readonly perLane: number;
  /** 30 s. */
  readonly leaseMs?: number;
  /** How often all partitions are looked at, whatever was nudged: 5 s at most. */
  readonly sweepMs?: number;
  readonly wake: Wake;
  /** Something went wrong that an operator should see; the drain goes on. */
  readonly onError: (error: unknown) => void;
}

/** Keeps the lanes of one channel moving while it runs. */
export interface Drain {
  /** Something was pushed to this partition. Cheap: many nudges are one look. */
  nudge(partition: number): void;
  /**
   * Something is on its way to this partition: see `LaneStore.push`. The look leaves with it, before
   * anything else is done.
   */
  nudgeAtOnce(partition: number): void;
  /** Serves nothing for so long; a longer pause that runs already stays. 0 ends the pause. */
  pause(ms: number): void;
  /** Resolves when what became of all turns under way is stored, or can not be. In a pause: none begins meanwhile. */
  settled(): Promise<void>;
  /** Takes nothing new; resolves when all turns are settled, or after `capMs` with what is left open. */
  stop(capMs: number): Promise<void>;
}

/** Wake-up calls across processes. Nothing depends on one arriving: there is the sweep. */
export interface Wake {
  /** Asks that whoever drains the channel looks at the partition after so long. Never throws. */
  schedule(channel: Channel, partition: number, afterMs: number): void;
  /**
   * Calls `nudge` when a wake-up of this channel arrives here, until the function that it gives is
   * called: a wake-up reaches one listener only, and must not reach one that serves no more.
   */
  listen(channel: Channel, nudge: (partition: number) => void): () => void;
  close(): Promise<void>;
}
