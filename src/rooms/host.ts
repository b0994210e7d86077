/**
 * Who is in which room: between the clients that join (src/xmpp/rooms) and the session that is
 * connected. What is said comes in here, is archived, and shown; what users say goes out by the lane.
 */

import type { Accounts } from '../accounts/accounts.ts';
import {
  type AccountId,
  type AccountLink,
  type Addressing,
  type Capabilities,
  type MessageId,
  type OutboundKind,
  type PeerId,
  type Refusal,
  RefusedError,
  type RoomEvent,
  type RoomSession,
  type Session,
  type TransportId,
} from '../contract/index.ts';
import type { Archive, Entry } from '../history/archive.ts';
import { newMessageId } from '../lanes/lane.ts';
import type { StoredOutbound } from '../lanes/stored.ts';
import type { Policy } from '../policy/policy.ts';
import { type BareJid, unescapeLocal } from '../xmpp/jid.ts';
import type { IncomingText } from '../xmpp/port.ts';
import type { Change, JoinWish, Rooms, RoomsHost, RoomView } from '../xmpp/rooms/port.ts';
import type { RoomMemory } from './memory.ts';
import { NO_SESSION, NOT_A_NICK, NOT_YET } from './refusals.ts';

export interface HostOptions {
  readonly transport: TransportId;
  readonly capabilities: Pick<Capabilities, 'accounts'>;
  readonly addressing: Addressing<unknown>;
  readonly accounts: Pick<Accounts, 'find' | 'register'>;
  readonly policy: Pick<Policy, 'refuses'>;
  readonly sessionOf: (account: AccountLink<unknown>) => Session;
  readonly archive: Archive;
  readonly memory: RoomMemory;
  readonly occupantKey: string;
  /** The face, which is made after its host. */
  readonly face: () => Rooms;
  /** See `Acceptor.acceptFor`. */
  readonly accept: (
    to: { readonly kind: OutboundKind; readonly peer: PeerId },
    message: IncomingText,
  ) => void;
  /** Whether a user stays in a room when his last client has left. */
  readonly keepsRooms: boolean;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
}

export interface Host extends RoomsHost {
  /** See `AdapterContext.room`. */
  happened(account: AccountId, room: PeerId, event: RoomEvent): void;
  /** The network has what a user said. */
  saidInRoom(id: MessageId, event: StoredOutbound, parts: readonly string[] | undefined): void;
  /** Tells the clients of an earlier process, and comes back into the rooms that are kept. */
  comeBack(): void;
  /** Leaves what nobody has come back to; called about once a second. */
  tick(): void;
}

/** How long a client that did not leave, but is gone, may take to come back. */
const COMES_BACK_MS = 120_000;
/** After so long a room is tried again into which nobody but us wishes to come back. */
const AGAIN_MS = 30_000;
/** How long a question to the network may take. */
const ANSWER_MS = 15_000;

export function openHost(options: HostOptions): Host {
  return new RoomHost(options);
}

class RoomHost implements Host {
  readonly occupantKey: string;
  readonly archive: RoomsHost['archive'];
  readonly #options: HostOptions;
  /** By user and room. */
  readonly #views = new Map<string, RoomView>();
  readonly #users = new Map<AccountId, BareJid>();
  readonly #clients = new Map<string, Set<string>>();
  /** Rooms without a client, and until when one may come back: by user and room. */
  readonly #empty = new Map<string, number>();
  /** Rooms of an earlier process, until they are open: by user and room. */
  readonly #comingBack = new Map<string, { readonly nick: string; readonly again?: number }>();

  constructor(options: HostOptions) {
    const { archive, transport, occupantKey } = options;
    this.#options = options;
    this.occupantKey = occupantKey;
    this.archive = archive.keeps
      ? {
          page: (user, peer, query) => archive.page({ transport, account: user, peer }, query),
          ends: (user, peer) => archive.ends({ transport, account: user, peer }),
        }
      : undefined;
  }

  roomAt(local: string, user: BareJid): PeerId | undefined {
    const { addressing, accounts } = this.#options;
    const peer = addressing.parsePeer(unescapeLocal(local), accounts.find(user)?.settings);
    return addressing.isRoom?.(peer) === true ? peer : undefined;
  }

  nameOf(room: PeerId): string {
    return this.#options.addressing.describePeer(room);
  }

  join(view: RoomView, wish: JoinWish): void {
    const refusal = this.#options.policy.refuses(view.user);
    if (refusal !== undefined) {
      view.tell({ is: 'refused', refusal });
      return;
    }
    this.#views.set(keyOf(view.user, view.room), view);
    const account = this.#options.accounts.find(view.user);
    if (account !== undefined) this.#joinBy(account, view, wish);
    else this.#register(view, wish);
  }

  came(view: RoomView, client: string): void {
    const key = keyOf(view.user, view.room);
    this.#empty.delete(key);
    const clients = this.#clients.get(key) ?? new Set();
    this.#clients.set(key, clients.add(client));
    this.#remember(view);
  }

  went(view: RoomView, client: string, how: Parameters<RoomsHost['went']>[2]): void {
    const key = keyOf(view.user, view.room);
    // Of a stream that broke the next process, or this one, tells who was in.
    if (how.is !== 'stream-lost') this.#clients.get(key)?.delete(client);
    if (view.clients > 0 || this.#options.keepsRooms) this.#remember(view);
    else if (how.is === 'left') this.#leave(view, how.reason);
    else this.#empty.set(key, this.#options.now() + COMES_BACK_MS);
  }

  async history(view: RoomView, wish: { readonly most: number; readonly since?: number }) {
    return this.#options.archive.latest(this.#conversation(view), wish.most, wish.since);
  }

  said(view: RoomView, message: IncomingText): void {
    this.#options.accept({ kind: 'room-message', peer: view.room }, message);
  }

  saidTo(view: RoomView, nick: string, message: IncomingText): void {
    const peer = this.#options.addressing.personIn?.(view.room, nick);
    if (peer !== undefined) this.#options.accept({ kind: 'message', peer }, message);
  }

  async setSubject(view: RoomView, text: string): Promise<Refusal | undefined> {
    const session = this.#sessionOf(view.user);
    return session?.setSubject(view.room, text, AbortSignal.timeout(ANSWER_MS)) ?? NO_SESSION;
  }

  rename(view: RoomView, nick: string): void {
    this.#sessionOf(view.user)?.rename(view.room, nick);
  }

  away(user: BareJid, words: string | undefined): void {
    this.#sessionOf(user)?.away(words);
  }

  async describe(user: BareJid, room: PeerId, signal: AbortSignal) {
    return await this.#sessionOf(user)?.describe(room, signal);
  }

  async administer(view: RoomView, { who, ...change }: Change): Promise<Refusal | undefined> {
    if (!('nick' in who)) return NOT_A_NICK;
    const wish = { nick: who.nick, ...change };
    const session = this.#sessionOf(view.user);
    return session?.administer(view.room, wish, AbortSignal.timeout(ANSWER_MS)) ?? NO_SESSION;
  }

  happened(account: AccountId, room: PeerId, event: RoomEvent): void {
    const user = this.#users.get(account);
    const view = user === undefined ? undefined : this.#views.get(keyOf(user, room));
    if (view === undefined || this.#isTriedAgain(view, event)) return;
    if (event.is === 'joined') this.#comingBack.delete(keyOf(view.user, room));
    view.tell(event, this.#archived(view, event));
    if (event.is === 'joined' || event.is === 'renamed') this.#remember(view);
    if (event.is === 'out') this.#forget(view);
    if (event.is === 'refused' && view.nick === undefined) this.#forget(view);
  }

  saidInRoom(id: MessageId, event: StoredOutbound, parts: readonly string[] = [event.text]): void {
    const view = this.#views.get(keyOf(event.account as BareJid, event.peer));
    if (view?.nick === undefined) return;
    const from = view.shownAs(view.nick);
    for (const [index, text] of parts.entries()) {
      const isFirst = index === 0;
      const { of: messageId, originId } = isFirst ? event.reply : {};
      const said = { id: isFirst ? id : this.#newId(), messageId };
      const at = this.#options.now();
      this.#append(view, { ...said, at, kind: 'message', from, body: text });
      view.reflect({ ...said, originId, text });
    }
  }

  comeBack(): void {
    const { memory, accounts, face, keepsRooms, now } = this.#options;
    for (const { user, room, local, nick, clients } of memory.left) {
      for (const client of clients) face().farewell(local, nick ?? '', client);
      const account = accounts.find(user);
      const view = account && face().open(user, local);
      if (account === undefined || view === undefined) {
        memory.forget(user, room);
        continue;
      }
      this.#views.set(keyOf(user, room), view);
      const wish = { nick: nick ?? nickOf(user) };
      this.#comingBack.set(keyOf(user, room), wish);
      this.#joinBy(account, view, wish);
      if (!keepsRooms) this.#empty.set(keyOf(user, room), now() + COMES_BACK_MS);
    }
  }

  tick(): void {
    const now = this.#options.now();
    for (const [key, { nick, again = Infinity }] of this.#comingBack) {
      if (again <= now) this.#tryAgain(key, { nick });
    }
    for (const [key, until] of this.#empty) {
      if (until > now) return;
      this.#empty.delete(key);
      const view = this.#views.get(key);
      if (view !== undefined) this.#leave(view);
    }
  }

  /** Where the network may be there later, and nobody waits for an answer: a restart loses no room. */
  #isTriedAgain(view: RoomView, event: RoomEvent): boolean {
    const key = keyOf(view.user, view.room);
    const known = this.#comingBack.get(key);
    const isForLater = event.is === 'refused' && event.refusal.type === 'wait';
    if (known === undefined || !isForLater || view.clients > 0) return false;
    this.#comingBack.set(key, { ...known, again: this.#options.now() + AGAIN_MS });
    return true;
  }

  #tryAgain(key: string, wish: JoinWish): void {
    this.#comingBack.set(key, wish);
    const view = this.#views.get(key);
    const account = view && this.#options.accounts.find(view.user);
    if (view !== undefined && account !== undefined) this.#joinBy(account, view, wish);
  }

  #register(view: RoomView, wish: JoinWish): void {
    const { accounts, capabilities, onError } = this.#options;
    if (capabilities.accounts === 'registration') {
      view.tell({ is: 'refused', refusal: NOT_YET });
      this.#forget(view);
      return;
    }
    accounts.register(view.user).then(
      (account) => this.#joinBy(account, view, wish),
      (error: unknown) => {
        const known = error instanceof RefusedError;
        if (!known) onError(error);
        view.tell({ is: 'refused', refusal: known ? error.refusal : NO_SESSION });
        this.#forget(view);
      },
    );
  }

  #joinBy(account: AccountLink<unknown>, view: RoomView, wish: JoinWish): void {
    this.#users.set(account.id, view.user);
    this.#options.sessionOf(account).rooms?.join(view.room, wish);
  }

  #sessionOf(user: BareJid): RoomSession | undefined {
    const account = this.#options.accounts.find(user);
    return account && this.#options.sessionOf(account).rooms;
  }

  #archived(view: RoomView, event: RoomEvent): MessageId | undefined {
    if (event.is !== 'said') return undefined;
    const id = this.#newId();
    this.#append(view, {
      id,
      at: event.sentAt ?? this.#options.now(),
      kind: 'message',
      from: view.shownAs(event.nick),
      occupantId: view.occupantId(event.person),
      body: event.text,
      ...(event.networkId === undefined ? {} : { networkId: event.networkId }),
    });
    return id;
  }

  #append(view: RoomView, entry: Entry): void {
    this.#options.archive.append(this.#conversation(view), entry);
  }

  #conversation({ user, room }: RoomView) {
    return { transport: this.#options.transport, account: user, peer: room };
  }

  #newId(): MessageId {
    return newMessageId(0, this.#options.now());
  }

  #remember(view: RoomView): void {
    const { user, room, local, nick } = view;
    const clients = [...(this.#clients.get(keyOf(user, room)) ?? [])];
    const shown = nick === undefined ? {} : { nick: view.shownAs(nick) };
    this.#options.memory.note({ user, room, local, ...shown, clients });
  }

  #leave(view: RoomView, reason?: string): void {
    this.#sessionOf(view.user)?.leave(view.room, reason);
    view.close();
    this.#forget(view);
  }

  #forget({ user, room }: RoomView): void {
    const key = keyOf(user, room);
    this.#views.delete(key);
    this.#clients.delete(key);
    this.#empty.delete(key);
    this.#comingBack.delete(key);
    this.#options.memory.forget(user, room);
  }
}

/** A bare JID has no space. */
function keyOf(user: BareJid, room: PeerId): string {
  return `${user} ${room}`;
}

function nickOf(user: BareJid): string {
  return user.slice(0, user.lastIndexOf('@'));
}
