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
import type { Archive } from '../history/archive.ts';
import type { StoredOutbound } from '../lanes/stored.ts';
import type { Policy } from '../policy/policy.ts';
import { type BareJid, unescapeLocal } from '../xmpp/jid.ts';
import type { IncomingText } from '../xmpp/port.ts';
import type {
  Change,
  HistoryWish,
  JoinWish,
  Rooms,
  RoomsHost,
  RoomView,
} from '../xmpp/rooms/port.ts';
import { Heard } from './heard.ts';
import { Loops } from './loops.ts';
import type { RoomMemory } from './memory.ts';
import { IN_A_LOOP, NO_SESSION, NOT_A_NICK, NOT_YET } from './refusals.ts';
import { nameOfStay, type Stay, Stays } from './stays.ts';

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
  /** What a user said is not sent. */
  readonly refuse: (message: IncomingText, refusal: Refusal) => void;
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
  /** Whether `saidInRoom` was called for it, in this process or an earlier one, as far as that is kept. */
  wasSaidInRoom(id: MessageId, event: StoredOutbound): boolean;
  /** The user has no account any more: he is out of all rooms. */
  unregistered(account: AccountLink<unknown>): void;
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
  readonly #stays: Stays;
  readonly #heard: Heard;
  readonly #loops = new Loops();
  readonly #users = new Map<AccountId, BareJid>();

  constructor(options: HostOptions) {
    this.#options = options;
    this.#stays = new Stays(options.memory);
    this.#heard = new Heard(options);
    this.occupantKey = options.occupantKey;
    this.archive = this.#heard.pages;
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
    const stay = this.#stays.begin(view, wish);
    const account = this.#options.accounts.find(view.user);
    if (account !== undefined) this.#joinBy(account, stay);
    else this.#register(stay);
  }

  came(view: RoomView, client: string): void {
    const stay = this.#stayOf(view);
    if (stay === undefined) return;
    stay.emptyUntil = undefined;
    this.#stays.came(stay, client);
  }

  went(view: RoomView, client: string, how: Parameters<RoomsHost['went']>[2]): void {
    const stay = this.#stayOf(view);
    if (stay === undefined) return;
    // Of a stream that broke the next process, or this one, tells who was in.
    if (how.is !== 'stream-lost') stay.clients.delete(client);
    if (view.clients > 0 || this.#options.keepsRooms) this.#stays.remember(view);
    else if (how.is === 'left') this.#leave(view, how.reason);
    else stay.emptyUntil = this.#options.now() + COMES_BACK_MS;
  }

  async history(view: RoomView, wish: HistoryWish) {
    return this.#heard.latest(view, wish);
  }

  said(view: RoomView, message: IncomingText): void {
    const { accept, refuse, now } = this.#options;
    const isMute = this.#loops.says(nameOfStay(view.user, view.room), message.text, now());
    if (isMute) refuse(message, IN_A_LOOP);
    else accept({ kind: 'room-message', peer: view.room }, message);
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
    // Other rooms may see it change, too.
    for (const stay of this.#stays.of(view.user)) stay.asked = nick;
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
    const stay = user === undefined ? undefined : this.#stays.find(user, room);
    if (stay === undefined || this.#isTriedAgain(stay, event)) return;
    const { view } = stay;
    if (event.is === 'joined') stay.again = undefined;
    if (event.is === 'renamed') noteNick(stay, event);
    view.tell(event, this.#archived(view, event));
    if (event.is === 'joined' || event.is === 'renamed') this.#stays.remember(view);
    if (event.is === 'out') this.#stays.end(view);
    if (event.is === 'refused' && view.nick === undefined) this.#stays.end(view);
  }

  saidInRoom(id: MessageId, event: StoredOutbound, parts: readonly string[] = [event.text]): void {
    const view = this.#stays.find(event.account as BareJid, event.peer)?.view;
    if (view?.nick === undefined) return;
    const from = view.shownAs(view.nick);
    for (const said of this.#heard.said(view, from, { id, event }, parts)) view.reflect(said);
  }

  wasSaidInRoom(id: MessageId, { account, peer }: StoredOutbound): boolean {
    try {
      return this.#heard.has(account as BareJid, peer, id);
    } catch (error) {
      this.#options.onError(error);
      return false;
    }
  }

  unregistered({ id, jid }: AccountLink<unknown>): void {
    for (const { view } of this.#stays.of(jid as BareJid)) {
      this.#stays.end(view);
      view.close();
    }
    this.#users.delete(id);
  }

  comeBack(): void {
    const { memory, accounts, face, keepsRooms, now } = this.#options;
    for (const { user, room, local, nick, wished, clients } of memory.left) {
      for (const client of clients) face().farewell(local, nick ?? '', client);
      const account = accounts.find(user);
      const view = account && this.#reopened(user, local);
      if (account === undefined || view === undefined) {
        memory.forget(user, room);
        continue;
      }
      const stay = this.#stays.begin(view, { nick: wished ?? nick ?? nickOf(user) });
      stay.again = Number.POSITIVE_INFINITY;
      if (!keepsRooms) stay.emptyUntil = now() + COMES_BACK_MS;
      this.#joinBy(account, stay);
    }
  }

  tick(): void {
    const now = this.#options.now();
    this.#options.memory.flush();
    for (const stay of this.#stays) {
      const { view, again = Number.POSITIVE_INFINITY } = stay;
      if (again <= now) this.#tryAgain(stay);
      if ((stay.emptyUntil ?? Number.POSITIVE_INFINITY) > now) continue;
      stay.emptyUntil = undefined;
      // A client may wait until it is open.
      if (view.clients === 0) this.#leave(view);
    }
  }

  /** Undefined where there is no such room any more: the settings may have changed. */
  #reopened(user: BareJid, local: string): RoomView | undefined {
    try {
      return this.#options.face().open(user, local);
    } catch (error) {
      if (error instanceof RefusedError) return undefined;
      throw error;
    }
  }

  /** Where the network may be there later, and nobody waits for an answer: a restart loses no room. */
  #isTriedAgain(stay: Stay, event: RoomEvent): boolean {
    const isForLater = event.is === 'refused' && event.refusal.type === 'wait';
    if (stay.again === undefined || !isForLater || stay.view.clients > 0) return false;
    stay.again = this.#options.now() + AGAIN_MS;
    return true;
  }

  #tryAgain(stay: Stay): void {
    stay.again = Number.POSITIVE_INFINITY;
    const account = this.#options.accounts.find(stay.view.user);
    if (account !== undefined) this.#joinBy(account, stay);
  }

  #register(stay: Stay): void {
    const { accounts, capabilities, onError } = this.#options;
    const { view } = stay;
    const refuse = (refusal: Refusal) => {
      view.tell({ is: 'refused', refusal });
      this.#stays.end(view);
    };
    if (capabilities.accounts === 'registration') {
      refuse(NOT_YET);
      return;
    }
    // His client may leave meanwhile, and even come again: then it is not about this stay any more.
    const isWanted = () => this.#stayOf(view) === stay;
    accounts.register(view.user).then(
      (account) => {
        if (isWanted()) this.#joinBy(account, stay);
      },
      (error: unknown) => {
        // He may have got one in another way meanwhile: by a message, or by another room.
        const account = accounts.find(view.user);
        const known = error instanceof RefusedError;
        if (!known) onError(error);
        if (!isWanted()) return;
        if (account === undefined) refuse(known ? error.refusal : NO_SESSION);
        else this.#joinBy(account, stay);
      },
    );
  }

  #joinBy(account: AccountLink<unknown>, { view, wish }: Stay): void {
    this.#users.set(account.id, view.user);
    this.#options.sessionOf(account).rooms?.join(view.room, wish);
  }

  #sessionOf(user: BareJid): RoomSession | undefined {
    const account = this.#options.accounts.find(user);
    return account && this.#options.sessionOf(account).rooms;
  }

  /** Undefined for a view that is over. */
  #stayOf(view: RoomView): Stay | undefined {
    const stay = this.#stays.find(view.user, view.room);
    return stay?.view === view ? stay : undefined;
  }

  #archived(view: RoomView, event: RoomEvent): MessageId | undefined {
    if (event.is !== 'said') return undefined;
    this.#loops.heard(nameOfStay(view.user, view.room), event.text, this.#options.now());
    return this.#heard.heard(view, event);
  }

  #leave(view: RoomView, reason?: string): void {
    this.#sessionOf(view.user)?.leave(view.room, reason);
    view.close();
    this.#stays.end(view);
  }
}

/** What the user asked for is asked for again after a restart; what the network made of his nick is not. */
function noteNick(stay: Stay, { from, to }: Extract<RoomEvent, { is: 'renamed' }>): void {
  if (from !== stay.view.nick || stay.asked?.toLowerCase() !== to.toLowerCase()) return;
  stay.asked = undefined;
  stay.wish = { ...stay.wish, nick: to };
}

function nickOf(user: BareJid): string {
  return user.slice(0, user.lastIndexOf('@'));
}
