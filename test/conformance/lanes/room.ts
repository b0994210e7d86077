import { expect } from 'vitest';
import type {
  MessageId,
  NetworkMessageId,
  PeerId,
  TransportId,
} from '../../../src/contract/index.ts';
import {
  type Channel,
  channelOf,
  type Lane,
  laneOf,
  newMessageId,
  PARTITIONS,
} from '../../../src/lanes/lane.ts';
import type {
  Claim,
  Claimed,
  ClaimRequest,
  LaneStore,
  NewEntry,
  Settled,
  Settlement,
  SettleRequest,
} from '../../../src/lanes/lane-store.ts';

/** One promise of a lane store, by name. Throws where it is broken. */
export interface Check {
  readonly name: string;
  run(store: LaneStore): Promise<void>;
}

/** A check that has a transport of its own, so that many can share one server. */
export function check(name: string, run: (room: Room) => Promise<void>): Check {
  return { name, run: async (store) => await run(new Room(store)) };
}

export const LEASE_MS = 60_000;
export const EVERYWHERE = Array.from({ length: PARTITIONS }, (_, partition) => partition);

export const SENT: Settlement = { kind: 'terminal', keep: false };
export const AT_ONCE: Settlement = { kind: 'later', afterMs: 0 };
export const UNTOUCHED: Settlement = { kind: 'untouched' };
export const UNKNOWN: Settlement = { kind: 'unknown', afterMs: 0 };

/** Handed to a network that gave these ids to the parts. */
export function handed(keepMs: number, ...networkIds: readonly string[]): Settlement {
  const parts = networkIds.map((id, part) => ({ part, networkId: networkId(id) }));
  return { kind: 'handed', parts, keepMs };
}

export const networkId = (text: string) => text as NetworkMessageId;

let rooms = 0;

export class Room {
  readonly store: LaneStore;
  readonly transport: TransportId;
  readonly channel: Channel;

  constructor(store: LaneStore) {
    rooms += 1;
    this.store = store;
    this.transport = `t${process.pid}-${rooms}` as TransportId;
    this.channel = channelOf(this.transport, 'outbound');
  }

  /** The lane of a conversation with somebody. */
  lane(peer = 'juliet', direction: 'outbound' | 'inbound' = 'outbound'): Lane {
    const account = 'romeo@example.org';
    return laneOf({ transport: this.transport, account, peer: peer as PeerId }, direction);
  }

  entry(lane: Lane, event: string, more: Partial<NewEntry> = {}): NewEntry {
    const id = newMessageId(lane.partition);
    const acceptedAt = 1_700_000_000_000;
    const deadlineAt = acceptedAt + 3_600_000;
    return { id, lane, event, acceptedAt, deadlineAt, duplicateKeys: [], ...more };
  }

  /** Stores one message for each text. */
  async push(lane: Lane, ...texts: readonly string[]): Promise<MessageId[]> {
    const entries = texts.map((text) => this.entry(lane, text));
    const results = await this.store.push(entries);
    expect(results).toEqual(entries.map(() => ({ result: 'stored' })));
    return entries.map(({ id }) => id);
  }

  async pushOne(lane: Lane, text: string): Promise<MessageId> {
    const [id] = await this.push(lane, text);
    if (id === undefined) throw new Error('nothing was stored');
    return id;
  }

  async claim(more: Partial<ClaimRequest> = {}): Promise<Claimed> {
    const { channel } = this;
    const request = { channel, holder: 'h1', leaseMs: LEASE_MS, lanes: 16, perLane: 16 };
    return await this.store.claim({ ...request, partitions: EVERYWHERE, ...more });
  }

  /** Claims, and is sure to get one lane only. */
  async one(more: Partial<ClaimRequest> = {}): Promise<Claim> {
    const { claims } = await this.claim(more);
    const [claim] = claims;
    expect(claims).toHaveLength(1);
    if (claim === undefined) throw new Error('nothing was claimed');
    return claim;
  }

  async settle(
    claim: Claim,
    settlements: readonly Settlement[],
    more: Partial<SettleRequest> = {},
  ): Promise<Settled> {
    const request = { claim, settlements, reports: [], next: 0, leaseMs: LEASE_MS, ...more };
    const [settled] = await this.store.settle([request]);
    if (settled === undefined) throw new Error('no answer to a settlement');
    return settled;
  }

  /** Settles what is not fenced. */
  async settled(
    claim: Claim,
    settlements: readonly Settlement[],
    more: Partial<SettleRequest> = {},
  ): Promise<Extract<Settled, { result: 'settled' }>> {
    const settled = await this.settle(claim, settlements, more);
    if (settled.result === 'fenced') throw new Error('fenced, though it holds the lane');
    return settled;
  }

  /** Sends all that waits, lane after lane, and says what was sent in which order. */
  async sendAll(): Promise<string[]> {
    const sent: string[] = [];
    for (;;) {
      const { claims } = await this.claim();
      if (claims.length === 0) return sent;
      for (const claim of claims) {
        sent.push(...events(claim));
        await this.settled(
          claim,
          claim.entries.map(() => SENT),
        );
      }
    }
  }

  /** Stores one message, claims it and hands it over; it is kept for long. */
  async handOver(lane: Lane, text: string, ...networkIds: readonly string[]): Promise<MessageId> {
    const id = await this.pushOne(lane, text);
    await this.settled(await this.one(), [handed(LEASE_MS, ...networkIds)]);
    return id;
  }
}

export const events = (claim: Claim) => claim.entries.map(({ event }) => event);

/** Asks until there is an answer: for what a store does by its own clock. */
export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
