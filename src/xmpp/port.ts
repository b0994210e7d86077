/**
 * What the rooms that decide see of XMPP: messages that were read and understood come in, messages
 * in the words below go out. Nobody else meets a stanza.
 */

import type { MessageId, Refusal, StanzaCondition, StanzaErrorType } from '../contract/index.ts';
import type { BareJid, Jid } from './jid.ts';
import type { ServerAge } from './stream/uptime.ts';

export { SAME_START_MS, type ServerAge } from './stream/uptime.ts';

/** The local part of the helper, who takes words for the gateway: some clients can not chat with a bare domain. */
export const HELPER = 'help';

/** Whether the gateway itself is at this local part (wire form): the helper, or the bare domain. */
export function isGateway(local: string | undefined): boolean {
  return local === undefined || local === HELPER;
}

interface Addressed {
  /** Full as a rule; its domain is never one of ours. */
  readonly from: Jid;
  /** `to.domain` is the domain of the port. `to.local` is in its wire form, escaped by XEP-0106. */
  readonly to: Jid;
  /** The stanza's id; at most 512 bytes, undefined where there was none or a longer one. */
  readonly id: string | undefined;
}

/** A message with text for somebody behind the gateway, or for the gateway itself. */
export interface IncomingText extends Addressed {
  readonly content: 'text';
  /** XEP-0359 `<origin-id/>`; at most 512 bytes. */
  readonly originId: string | undefined;
  /** Valid Unicode, XML characters only, not empty, LF line ends. Fallbacks (XEP-0428) are removed. */
  readonly text: string;
  /** XEP-0201 */
  readonly thread: string | undefined;
  /** RFC 6121 §5.2.4, in one line. */
  readonly subject: string | undefined;
  /** The client asked for a receipt (XEP-0184). */
  readonly wantsReceipt: boolean;
  /** The text is the link to a file that the client has uploaded (XEP-0066). */
  readonly isFile?: boolean;
}

/** A client confirms that it has a message of ours (XEP-0184). */
interface IncomingReceipt extends Addressed {
  readonly content: 'receipt';
  readonly of: string;
}

/** A message of ours came back: its `id` is ours where the server kept it. */
export interface IncomingError extends Addressed {
  readonly content: 'error';
  readonly condition: StanzaCondition;
  readonly type: StanzaErrorType | 'auth' | 'continue';
  readonly text: string | undefined;
}

/** What an adapter or command may see. Everything else was answered, or could be ignored, before. */
export type IncomingMessage = IncomingText | IncomingReceipt | IncomingError;

/** A message to a user. `from` is the local part in wire form; undefined: the domain itself speaks. */
export type OutgoingMessage =
  | {
      readonly kind: 'text';
      /** Also the stanza's id: a repeat carries the same. */
      readonly id: MessageId;
      readonly from: string | undefined;
      readonly to: BareJid;
      readonly text: string;
      readonly thread?: string;
      /** When it was sent, milliseconds since the epoch: becomes a delay (XEP-0203) if that was a while ago. */
      readonly sentAt?: number;
    }
  | {
      readonly kind: 'receipt';
      readonly id: MessageId;
      readonly from: string | undefined;
      /** The full JID that asked for it. */
      readonly to: string;
      /** The id of the user's stanza. */
      readonly of: string;
    }
  | {
      readonly kind: 'error';
      readonly id: MessageId;
      readonly from: string | undefined;
      /** The full JID that sent the failed message. */
      readonly to: string;
      /** The id of the user's stanza, where it had one: it becomes this stanza's id. */
      readonly of: string | undefined;
      readonly refusal: Refusal;
    };

/** It can not be put on the wire (characters, addresses, size): trying again can not help. */
export class UnserialisableError extends Error {
  override readonly name = 'UnserialisableError';
}

/** The stream ended before the server had answered for this stanza: it may or may not have it. */
export class StreamLostError extends Error {
  override readonly name = 'StreamLostError';
}

/** Alone on its way, it ended the stream again and again (two complaints of the server suffice): park it. */
export class PoisonousError extends Error {
  override readonly name = 'PoisonousError';
}

/** One domain of ours on one server, over one component stream. */
export interface XmppPort {
  readonly domain: string;
  /** The stream is up and is the only one of its domain. */
  readonly online: boolean;
  /** See `ComponentStream.certainAt`. */
  readonly certainAt: number | undefined;
  /**
   * Resolves when the server has processed it: a ping that was sent after it through the server has
   * come back. Calls of one tick leave together; the order of the calls is the order on the wire.
   * @throws UnserialisableError, StreamLostError (also while there is no stream), PoisonousError
   */
  deliver(message: OutgoingMessage): Promise<void>;
  /** Live or never: dropped while there is no stream. */
  send(message: OutgoingMessage): void;
  /** Answers a message at once with an error. Nothing for what must not be answered. */
  refuse(message: IncomingText, refusal: Refusal): void;
  /** Connects and keeps connected until `stop`. Returns at once: being offline is a state. */
  start(): void;
  /** Closes the stream after what was written has been answered for, at most `capMs`. */
  stop(capMs: number): Promise<void>;
}

/** What a port tells. Called synchronously, in the order of the stream. */
export interface XmppListener {
  message(message: IncomingMessage): void;
  /** @param server left out: it does not say */
  online(server?: ServerAge): void;
  /**
   * @param reason in words for an operator
   * @param lastCertainAt when the last barrier answered, milliseconds since the epoch: what users wrote
   *   after it may be lost
   */
  offline(reason: string, lastCertainAt: number | undefined): void;
  /** Messages of theirs were refused, and the server was too slow to read that of each. It reads again. */
  unsaid(to: readonly BareJid[]): void;
}

/** How to reach the server for one domain. */
export interface XmppPortOptions {
  readonly domain: string;
  readonly secret: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** The disco identity of the domain: category `gateway`, this type, this name. */
  readonly gatewayType: string;
  readonly title: string;
  readonly version: string;
  /** See `StreamOptions.server`. */
  readonly server?: string;
  /** Whether a local part (wire form) can be somebody behind this gateway: else `item-not-found`, or the refusal thrown. */
  readonly knows: (local: string, from: BareJid) => boolean;
  /** See `StreamOptions.beforeLive`. */
  readonly beforeLive?: () => void;
}
