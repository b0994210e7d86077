/**
 * The contract between the core and an adapter.
 *
 * Life of an adapter, in this order:
 *
 * 1. The definition (`AdapterDefinition`) is imported. Importing has no side effect.
 * 2. `config` and `account` validate what the operator wrote. Errors name file and line.
 * 3. `addressing(config, place)` gives pure functions over addresses. No I/O, no clock.
 * 4. `create(context)` builds the adapter. No I/O; it may mount webhooks.
 * 5. `start()` connects what the whole transport shares. May block; a network that is down is a
 *    health state, not an exception.
 * 6. `open(account)` makes the session of one account, on its first use. No I/O before `deliver`
 *    for a stateless network.
 * 7. `deliver` … as long as it lives.
 * 8. `close()` of each session, then `stop()`. Both work after a failed start, and twice.
 */

import type { z } from 'zod';
import type { Capabilities } from './capabilities.ts';
import type {
  InboundEvent,
  OutboundKind,
  OutboundMessage,
  OutboundRoomMessage,
  Received,
} from './events.ts';
import type { AccountId, NetworkMessageId, OwnAddress, PeerId, TransportId } from './ids.ts';
import type { Intake, Kept, ToKeep } from './keeping.ts';
import type { RoomEvent, RoomSession } from './rooms.ts';

/** The number of this contract. A definition made for another number is refused at load. */
export const CONTRACT = 1;

/** What an adapter module exports as `default`. */
export interface AdapterDefinition<
  Config = unknown,
  Account = unknown,
  Kind extends OutboundKind = OutboundKind,
> {
  readonly contract: typeof CONTRACT;
  /** `[a-z][a-z0-9-]*`, as in `use:`. */
  readonly name: string;
  /** For people: "SMS". */
  readonly title: string;
  /** The `type` of the disco identity with category `gateway` (XEP-0030, registry of the XSF). */
  readonly gatewayType: string;
  /** The kinds that `deliver` takes: value and type at once. */
  readonly sends: readonly Kind[];
  readonly capabilities: Capabilities;
  /** Schema of `config:`; titles and descriptions become the reference page. */
  readonly config: z.ZodType<Config>;
  /** Schema of one account's settings, as under `accounts:`. */
  readonly account: z.ZodType<Account>;
  /**
   * URL of the module that understands what was kept, in a worker thread: see `Opener`. With the
   * ending of this very module, so that it is found in a build, too.
   */
  readonly opener?: string;
  /**
   * The keys of `config` that `Adapter.change` can put in force; what is written under any other needs
   * a restart of the process. Nothing that `addressing` or the opener reads.
   */
  readonly changeable?: readonly string[];
  addressing(config: Config, place: Place): Addressing<Account>;
  create(context: AdapterContext<Config, Account>): Adapter<Account, Kind, Config>;
}

/** Where a transport is on the XMPP side. */
export interface Place {
  /** Its own domain. */
  readonly domain: string;
  /** The domain of the server that it is attached to: where its users are at home. */
  readonly server: string;
}

/** Identity function that infers the type parameters: `export default defineAdapter({ … })`. */
export function defineAdapter<Config, Account, const Kind extends OutboundKind>(
  definition: AdapterDefinition<Config, Account, Kind>,
): AdapterDefinition<Config, Account, Kind> {
  return definition;
}

/** Pure functions over the network's addresses. They never throw anything but `RefusedError`. */
export interface Addressing<Account> {
  /**
   * Reads what a user put before the `@` (already unescaped, XEP-0106).
   * @param account the sender's settings, where a form depends on them (a national number).
   * @throws RefusedError `jid-malformed` or `not-allowed`, with a text that says what to write.
   */
  parsePeer(text: string, account?: Account): PeerId;
  /** The canonical text of a peer, so that `parsePeer(formatPeer(p))` is `p`. */
  formatPeer(peer: PeerId): string;
  /** How a person would write the peer in a sentence: "+1 202 555 0123". */
  describePeer(peer: PeerId): string;
  /** The addresses that are this account's alone. */
  ownAddresses(account: Account): readonly OwnAddress[];
  /**
   * The settings of a new account when a user registers by himself, or writes for the first time.
   * @param taken says whether an address has an owner, or had one until recently.
   * @param user his bare JID
   * @throws RefusedError when nothing is free, or users can not register by themselves.
   */
  registration(taken: (address: OwnAddress) => boolean, user: string): Account;
  /** Whether a peer is a room. Left out where there are none. */
  isRoom?(peer: PeerId): boolean;
  /** Who somebody in a room is outside of it: whom a user writes to alone. */
  personIn?(room: PeerId, nick: string): PeerId;
}

export interface Adapter<
  Account = unknown,
  Kind extends OutboundKind = OutboundKind,
  Config = unknown,
> {
  start(): Promise<void>;
  stop(): Promise<void>;
  /**
   * Whether the network can carry this at all, before it is accepted; synchronous, so that the
   * order of a conversation is the order of its stanzas.
   * @throws RefusedError told to the sender; nothing is stored.
   */
  assess(event: OutboundOf<Kind>, account: AccountLink<Account>): Assessment;
  /**
   * Called once for a message that is accepted, after `assess`, in the same tick and in the order of
   * the stanzas. What it gives is stored with the message, and is `event.prepared` in every attempt:
   * for whatever must not differ between them. At most 16 KiB.
   */
  prepare?(event: OutboundOf<Kind>, account: AccountLink<Account>): string;
  open(account: AccountLink<Account>): Session<Kind>;
  /**
   * Makes events of what the opener found in something that was kept. They are stored together. May be
   * called again for the same: then it gives the same events, by their `eventId`.
   */
  opened?(opened: unknown, kept: Kept): Promise<readonly InboundEvent[]>;
  /**
   * The configuration was read again: from now on this one is in force. It differs from the one before
   * in keys of `AdapterDefinition.changeable` alone. What is connected stays connected. Where it throws,
   * or the change fails elsewhere, it is called again with the one before.
   */
  change?(config: Config): void;
}

/** What a message will cost of the sender's daily allowance. */
export interface Assessment {
  /** In the network's own unit (an SMS segment); at least 1. */
  readonly units: number;
}

export interface AccountLink<Account> {
  readonly id: AccountId;
  /** The user's bare JID. For display and logs at `debug` only. */
  readonly jid: string;
  readonly settings: Account;
}

/** By their kinds: a table, so that an adapter of some of them is one for all of them to the core. */
interface OutboundByKind {
  readonly message: OutboundMessage;
  readonly 'room-message': OutboundRoomMessage;
}

export type OutboundOf<Kind extends OutboundKind> = OutboundByKind[Kind];

export interface Session<Kind extends OutboundKind = OutboundKind> {
  /**
   * Hands one event to the network. Calls for one conversation never overlap where
   * `order` is `conversation`.
   * @throws DeliveryError with a verdict. Anything else counts as `later` before `attempt.leave()`
   *   and as `unknown-outcome` after it.
   */
  deliver(event: OutboundOf<Kind>, attempt: Attempt): Promise<Handed>;
  /**
   * Asks the network what became of an attempt whose outcome is unknown. Left out where the network
   * can not be asked.
   */
  reconcile?(event: OutboundOf<Kind>, past: PastAttempt): Promise<Reconciled>;
  /** For a network that has rooms. */
  readonly rooms?: RoomSession;
  close(): Promise<void>;
}

/** One try at handing an event over. Its intent was stored before `deliver` was called. */
export interface Attempt {
  /** 1 for the first. */
  readonly number: number;
  /** Fires when the attempt's time is up, 20 s after its intent. An adapter passes it to its I/O. */
  readonly signal: AbortSignal;
  /**
   * When the message is given up, milliseconds since the epoch. A network that would keep a message
   * for later is asked to keep it no longer.
   */
  readonly deadlineAt: number;
  /** The parts that earlier attempts handed over, by part number: they are not sent again. */
  readonly sentParts: ReadonlyMap<number, NetworkMessageId>;
  /**
   * Called in the very tick before the first byte of a part leaves.
   * @throws DeliveryError `later` when the lease is over: another process may be at it already.
   */
  leave(part: number): void;
  /** Makes one part durable; resolves when it is. Needed only where an event is sent in several. */
  partSent(part: number, id: NetworkMessageId, total: number): Promise<void>;
}

/** What is known of an attempt whose end nobody saw. */
export interface PastAttempt {
  readonly number: number;
  /**
   * When the intent was written, milliseconds since the epoch, by the clock of this process as it is now. Something may
   * have left until the attempt's time was up: see `Attempt.signal`.
   */
  readonly startedAt: number;
  readonly sentParts: ReadonlyMap<number, NetworkMessageId>;
  readonly signal: AbortSignal;
  /** Whether a network id is already known as belonging to another message of ours. */
  isKnown(id: NetworkMessageId): Promise<boolean>;
}

/** The network has taken responsibility. */
export interface Handed {
  /** One id a part, in order; empty where the network gives none. */
  readonly networkIds: readonly NetworkMessageId[];
  /** True where the answer itself proves that the person's device has it. */
  readonly delivered?: boolean;
  /** What was really said, one text a part, where that differs from what the user wrote. */
  readonly said?: readonly string[];
}

export type Reconciled =
  /** All of it is there. */
  | { readonly result: 'handed'; readonly handed: Handed }
  /** The part that was under way is there, the next ones are not. */
  | { readonly result: 'part'; readonly part: number; readonly id: NetworkMessageId }
  /** It is certainly not there: a new attempt can not double it. */
  | { readonly result: 'absent' }
  /** The network can not tell yet; ask again after so many milliseconds. */
  | { readonly result: 'ask-later'; readonly afterMs: number }
  /** The network will never tell. The transport's `unknownOutcome` setting decides. */
  | { readonly result: 'unknown' };

export type SessionState =
  | 'connecting'
  | 'connected'
  | 'transient-disconnect'
  | 'bad-credentials'
  | 'closed';

/** All that an adapter is given. */
export interface AdapterContext<Config = unknown, Account = unknown> {
  readonly transport: TransportId;
  readonly config: Config;
  readonly place: Place;
  readonly addressing: Addressing<Account>;
  /** Fires when the transport begins to stop: take nothing new. What is under way still has some seconds. */
  readonly signal: AbortSignal;
  readonly log: AdapterLog;
  /** Durable memory of the adapter's own, a few thousand small entries at most. */
  readonly memory: AdapterMemory;
  /** All addresses of this transport that belong to an account now. */
  ownAddresses(): readonly OwnAddress[];
  /** Whose an address of this transport is now. */
  accountOf(address: OwnAddress): AccountLink<Account> | undefined;
  /** Whether something new can be stored now: a network may be told before it has sent it in vain. */
  intake(): Intake;
  /**
   * The one door in. Resolves only when the event is stored for its recipient, so that whatever is
   * answered to the network after it is true.
   * @throws Error when it could not be stored: answer the network with a temporary failure.
   */
  receive(event: InboundEvent): Promise<Received>;
  /**
   * What happens in a room, as this account sees it. In the order of the network. Never throws; it is
   * taken in any case.
   * @returns undefined: go on. A promise: the way to the clients is full. It never rejects, and resolves
   *   when there is room again, or when nobody sees anything any more. An adapter that can let its
   *   network wait reads no more of it until then; what it tells nevertheless may be kept and not shown.
   */
  room(account: AccountId, room: PeerId, event: RoomEvent): Promise<void> | undefined;
  /**
   * The same door in two stages: resolves when the raw bytes are durable. See `Opener`.
   * @throws NotKeptError within 2.5 s, also where nobody can tell whether they are
   */
  keep(what: ToKeep): Promise<void>;
  /**
   * Mounts `POST <publicUrl>/hooks/<transport>/<name>`. `name` is `[a-z][a-z0-9-]*`.
   * A handler that throws is answered with 500 and logged without the request's content.
   */
  webhook(name: string, handle: WebhookHandler): void;
  /** The public address of a webhook of this transport. @throws Error without `http.publicUrl`. */
  webhookUrl(name: string): URL;
  /** The health of the whole transport (`account` left out) or of one account's session. */
  health(state: SessionState, detail: string, account?: AccountId): void;
  /** A durable word to the administrators, at most one a `key` and hour. */
  notifyAdmins(key: string, text: string): Promise<void>;
}

/** Where the adapter's own lasting facts are kept. Reading is from memory; writing is durable when it resolves. */
export interface AdapterMemory {
  get(key: string): string | undefined;
  keys(): readonly string[];
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Structured log. No bodies, secrets or full addresses above `debug`. */
export interface AdapterLog {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export type WebhookHandler = (request: WebhookRequest) => Promise<WebhookResponse>;

/** At most 64 KiB of body; no content encoding. */
export interface WebhookRequest {
  /** The configured public URL with the path and query as received: what a signature covers. */
  readonly url: string;
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names; the first value of a repeated header. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export interface WebhookResponse {
  readonly status: number;
  /** Nothing that a browser would show or run. */
  readonly contentType?: 'text/plain' | 'text/xml' | 'application/json';
  readonly body?: string;
}
