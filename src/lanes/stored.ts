/**
 * The events as they lie in a lane: the persisted form. Written by one version and read by the next,
 * so every form carries its version, and what is read is checked, not believed.
 *
 * This is where the two directions meet: `outbound` writes what its sender is to be told into the
 * inbound lane of the same conversation.
 */

import type { MessageId, OutboundKind, OwnAddress, PeerId, Refusal } from '../contract/index.ts';

/** How long any message to a user is tried, a receipt or error of ours too. */
export const INBOUND_DEADLINE_MS = 24 * 3_600_000;

/** A user's message on its way to the network. */
export interface StoredOutbound {
  readonly v: 1;
  readonly kind: OutboundKind;
  /** The user's bare JID: the account. */
  readonly account: string;
  readonly peer: PeerId;
  readonly text: string;
  readonly thread?: string;
  readonly subject?: string;
  /** What the adapter prepared when it was accepted. */
  readonly prepared?: string;
  /** Who is told of success or failure: the full JID of the sender, the local part written to, the stanza's id. */
  readonly reply: {
    readonly to: string;
    readonly from: string;
    readonly of?: string;
    /** What the sender's client knows it by where a room shows it (XEP-0359 §5). */
    readonly originId?: string;
    /** His client has uploaded a file: the text is its link. */
    readonly isFile?: boolean;
    /** He was told that it failed, and an operator has it tried once more: what comes of it he is told in words. */
    readonly toldFailed?: boolean;
    readonly wantsReceipt: boolean;
  };
}

/** Something on its way to a user. */
export type StoredInbound =
  | {
      readonly v: 1;
      readonly kind: 'text';
      /** Bare JID. */
      readonly to: string;
      /** Local part in wire form; left out: the domain itself speaks. */
      readonly from?: string;
      readonly text: string;
      readonly thread?: string;
      readonly sentAt?: number;
      /** From a peer: whose address it was sent to. */
      readonly at?: OwnAddress;
    }
  | {
      readonly v: 1;
      readonly kind: 'receipt';
      readonly to: string;
      readonly from?: string;
      /** The user's stanza. */
      readonly of: string;
      /** Our id of the user's message, for its story. */
      readonly about: MessageId;
    }
  | {
      readonly v: 1;
      readonly kind: 'error';
      readonly to: string;
      readonly from?: string;
      readonly of?: string;
      readonly about: MessageId;
      readonly refusal: Refusal;
    };

/** What came from the network and is not understood yet. */
export interface StoredKept {
  readonly envelope: string;
  readonly raw: Buffer;
}

/** What is stored is not what this version can read: it is parked, never dropped. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

export function storeOutbound(event: StoredOutbound): string {
  return JSON.stringify(event);
}

export function storeInbound(event: StoredInbound): string {
  return JSON.stringify(event);
}

/** Bytes as characters of the same number: they are text for the most part, and stay of their size. */
export function storeKept({ envelope, raw }: StoredKept): string {
  return `1 kept ${envelope.length}\n${envelope}${raw.toString('latin1')}`;
}

/** @throws UnreadableError */
export function readKept(text: string): StoredKept {
  const [head, length] = /^1 kept (\d+)\n/.exec(text) ?? [];
  if (head === undefined) throw new UnreadableError('not version 1 of what is kept');
  const at = head.length + Number(length);
  if (at > text.length) throw new UnreadableError('a part of what was kept is missing');
  return { envelope: text.slice(head.length, at), raw: Buffer.from(text.slice(at), 'latin1') };
}

/** @throws UnreadableError */
export function readOutbound(text: string): StoredOutbound {
  const value = parse(text);
  const reply = value.reply;
  if (
    (value.kind === 'message' || value.kind === 'room-message') &&
    areText(value.account, value.peer, value.text) &&
    optionalText(value.thread) &&
    optionalText(value.subject) &&
    optionalText(value.prepared) &&
    isObject(reply) &&
    areText(reply.to, reply.from) &&
    optionalText(reply.of) &&
    optionalText(reply.originId) &&
    optionalTruth(reply.isFile) &&
    optionalTruth(reply.toldFailed) &&
    typeof reply.wantsReceipt === 'boolean'
  ) {
    return value as unknown as StoredOutbound;
  }
  throw new UnreadableError('not an outbound event');
}

/** @throws UnreadableError */
export function readInbound(text: string): StoredInbound {
  const value = parse(text);
  if (areText(value.to) && optionalText(value.from) && hasInboundContent(value)) {
    return value as unknown as StoredInbound;
  }
  throw new UnreadableError('not an inbound event');
}

function hasInboundContent(value: Record<string, unknown>): boolean {
  switch (value.kind) {
    case 'text':
      return (
        areText(value.text) &&
        optionalText(value.thread) &&
        optionalText(value.at) &&
        (value.sentAt === undefined || Number.isFinite(value.sentAt))
      );
    case 'receipt':
      return areText(value.of, value.about);
    case 'error':
      return optionalText(value.of) && areText(value.about) && isRefusal(value.refusal);
    default:
      return false;
  }
}

function isRefusal(value: unknown): boolean {
  return isObject(value) && areText(value.condition, value.type, value.text);
}

function parse(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UnreadableError('not JSON', { cause });
  }
  if (!isObject(value) || value.v !== 1) throw new UnreadableError('not version 1 of an event');
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areText(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'string');
}

function optionalText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function optionalTruth(value: unknown): boolean {
  return value === undefined || typeof value === 'boolean';
}
