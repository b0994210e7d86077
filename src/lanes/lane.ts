import { createHash, hash, randomFillSync, randomInt } from 'node:crypto';
import type { MessageId, TransportId } from '../contract/index.ts';

/** How many partitions there are: the six bits at the end of a message id. Never changes. */
export const PARTITIONS = 64;
export const ALL_PARTITIONS: readonly number[] = Array.from(
  { length: PARTITIONS },
  (_, partition) => partition,
);

/** What came from the network and is not understood yet; by its size, since all that is served is in memory. */
export type KeptDirection = 'kept' | 'kept-large';
export const DIRECTIONS = ['outbound', 'inbound', 'kept', 'kept-large'] as const;
export type Direction = (typeof DIRECTIONS)[number];

const LETTERS = { outbound: 'o', inbound: 'i', kept: 'k', 'kept-large': 'l' } as const;

/** All lanes of one transport in one direction: what one process serves. `sms.o`, `sms.i`, `sms.k`, `sms.l`. */
export type Channel = `${TransportId}.${(typeof LETTERS)[Direction]}`;

export function channelOf(transport: TransportId, direction: Direction): Channel {
  return `${transport}.${LETTERS[direction]}`;
}

/** What a channel is of: the inverse of `channelOf`. */
export function readChannel(channel: Channel): {
  readonly transport: TransportId;
  readonly direction: Direction;
} {
  const letter = channel.slice(-1);
  const direction = DIRECTIONS.find((each) => LETTERS[each] === letter) ?? 'outbound';
  return { transport: channel.slice(0, -2) as TransportId, direction };
}

/** The ordered, durable queue of one conversation in one direction. */
export interface Lane {
  readonly channel: Channel;
  /** 0 to 63: by the conversation alone, so that both directions of it lie together. */
  readonly partition: number;
  /** Unique among all lanes of the partition; letters, digits, `-`, `_` and `.`. */
  readonly name: string;
}

/** What a conversation is: account and peer. Any text that is equal for equal conversations. */
export interface ConversationKey {
  readonly transport: TransportId;
  readonly account: string;
  readonly peer: string;
}

const CACHED = 4_096;
const cache = new Map<string, { partition: number; digest: string }>();

/** The lane of a conversation. The same for all processes and for ever. */
export function laneOf(
  conversation: ConversationKey,
  direction: Exclude<Direction, KeptDirection>,
): Lane {
  const { transport, account, peer } = conversation;
  const text = `${transport}\0${account}\0${peer}`;
  let known = cache.get(text);
  if (known === undefined) {
    const digest = createHash('sha256').update(text).digest();
    known = {
      partition: digest.readUInt8(31) % PARTITIONS,
      digest: digest.subarray(0, 16).toString('base64url'),
    };
    if (cache.size >= CACHED) cache.delete(cache.keys().next().value ?? '');
    cache.set(text, known);
  }
  return {
    channel: channelOf(transport, direction),
    partition: known.partition,
    name: `${LETTERS[direction]}${known.digest}`,
  };
}

/** By which a repeat of the same event is recognised: equal for equal parts, and of a fixed length. */
export function duplicateKey(...parts: readonly string[]): string {
  return hash('sha256', parts.join('\0'), 'base64url');
}

/** Where a network has no order, each message is a lane of its own and none holds another. */
export function laneOfItsOwn(lane: Lane, id: MessageId): Lane {
  return { ...lane, name: `${lane.name}.${id}` };
}

/**
 * What is kept belongs to no conversation yet: it is a lane of its own, anywhere.
 * @param key by which a repeat is recognised: only within a partition, so they all lie in the same
 */
export function newKeptLane(
  transport: TransportId,
  direction: KeptDirection,
  now: number,
  key?: string,
): { id: MessageId; lane: Lane } {
  const partition =
    key === undefined
      ? randomInt(PARTITIONS)
      : Buffer.from(key, 'base64url').readUInt8() % PARTITIONS;
  const id = newMessageId(partition, now);
  return { id, lane: { channel: channelOf(transport, direction), partition, name: `k${id}` } };
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const random = Buffer.alloc(16 * 256);
let randomAt = random.length;

/**
 * A ULID (48 bits of time, 80 of chance) whose last six bits are the partition of its message, so
 * that an id alone says where its record is.
 */
export function newMessageId(partition: number, now = Date.now()): MessageId {
  if (randomAt >= random.length) {
    randomFillSync(random);
    randomAt = 0;
  }
  let id = '';
  let rest = now;
  for (let i = 0; i < 10; i++) {
    id = CROCKFORD.charAt(rest % 32) + id;
    rest = Math.floor(rest / 32);
  }
  for (let i = 0; i < 14; i++) id += CROCKFORD.charAt((random[randomAt + i] ?? 0) & 31);
  // The 15th character ends in the partition's highest bit, the 16th is its other five.
  const high = ((random[randomAt + 14] ?? 0) & 30) | (partition >> 5);
  randomAt += 16;
  return (id + CROCKFORD.charAt(high) + CROCKFORD.charAt(partition & 31)) as MessageId;
}

const MESSAGE_ID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Reads a message id out of foreign text; undefined where it can not be one of ours. */
export function parseMessageId(text: string): MessageId | undefined {
  return MESSAGE_ID.test(text) ? (text as MessageId) : undefined;
}

/** When a message was stored, by its id; milliseconds since the epoch. */
export function timeOf(id: MessageId): number {
  return [...id.slice(0, 10)].reduce((total, char) => total * 32 + CROCKFORD.indexOf(char), 0);
}

/** The partition that an id names. */
export function partitionOf(id: MessageId): number {
  const high = CROCKFORD.indexOf(id.charAt(24)) & 1;
  return (high << 5) | CROCKFORD.indexOf(id.charAt(25));
}
