/**
 * Who is in which room: between the clients that join (src/xmpp/rooms) and the session that is
 * connected. What is said comes in here, is archived, and shown; what users say goes out by the lane.
 */

import type { Accounts } from '../accounts/accounts.ts';
import type {
  AccountId,
  AccountLink,
  Addressing,
  MessageId,
  PeerId,
  Refusal,
  RoomEvent,
  RoomSession,
} from '../contract/index.ts';
import { crashPointSoon } from '../crash-point.ts';
import type { StoredOutbound } from '../lanes/stored.ts';
import { type BareJid, bareJid, parseJid, unescapeLocal } from '../xmpp/jid.ts';
import type { IncomingText } from '../xmpp/port.ts';
import type { HistoryWish, JoinWish, Rooms, RoomsHost, RoomView } from '../xmpp/rooms/port.ts';
import { ComingBack } from './coming-back.ts';
import { Joining, type JoiningOptions } from './joining.ts';
import type { RoomMemory } from './memory.ts';
import { questions } from './questions.ts';
import { COMES_BACK_MS, type Stay, Stays } from './stays.ts';
import { Talk, type TalkOptions } from './talk.ts';

export interface HostOptions extends JoiningOptions, TalkOptions {
  readonly addressing: Addressing<unknown>;
  readonly accounts: Pick<Accounts, 'find' | 'register'>;
  readonly memory: RoomMemory;
  readonly occupantKey: string;
  /** The face, which is made after its host. */
  readonly face: () => Rooms;
  /** Whether a user stays in a room when his last client has left. */
  readonly keepsRooms: boolean;
}

export interface Host extends RoomsHost {
  /** See `AdapterContext.room`. */
  happened(account: AccountId, room: PeerId, event: RoomEvent): void;
  /** The network has what a user said: it is archived. @returns shows it to him */
  saidInRoom(
    id: MessageId,
    event: StoredOutbound,
    parts: readonly string[] | undefined,
  ): () => void;
  /** Whether `saidInRoom` was called for it, in this process or an earlier one, as far as that is kept. */
  wasSaidInRoom(id: MessageId, event: StoredOutbound): boolean;
  /** The user has no account any more: he is out of all rooms. */
  unregistered(account: AccountLink<unknown>): void;
  /** Tells the clients of an earlier process, and comes back into the rooms that are kept. */
  comeBack(): void;
  /** Resolves when the next process can know who is in which room, or that could not be written. */
  settled(): Promise<void>;
  /** Leaves what nobody has come back to, and says who is away; called about once a second. */
  tick(): void;
}

export function openHost(options: HostOptions): Host {
  return new RoomHost(options);
}

class RoomHost implements Host {
  readonly occupantKey: string;
  readonly archive: RoomsHost['archive'];
  readonly setSubject: RoomsHost['setSubject'];
  readonly describe: RoomsHost['describe'];
  readonly administer: NonNullable<RoomsHost['administer']>;
  readonly bans: NonNullable<RoomsHost['bans']>;
  readonly invite: NonNullable<RoomsHost['invite']>;
  readonly #options: HostOptions;
  readonly #stays: Stays;
  readonly #talk: Talk;
  readonly #joining: Joining;
  readonly #comingBack: ComingBack;
  /** What the network hears at the next tick: clients say it as often as they like. */
  readonly #away = new Map<BareJid, string | undefined>();

  constructor(options: HostOptions) {
    this.#options = options;
    this.#stays = new Stays(options.memory);
    this.#talk = new Talk(options, this.#stays);
    this.#joining = new Joining(options, this.#stays);
    this.#comingBack = new ComingBack(options, this.#stays, this.#joining);
    this.occupantKey = options.occupantKey;
    this.archive = this.#talk.archived.pages;
    const asked = questions(
      (user) => this.#sessionOf(user),
      (local, user) => this.#personAt(local, user),
    );
    this.setSubject = asked.setSubject;
    this.describe = asked.describe;
    this.administer = asked.administer;
    this.bans = asked.bans;
    this.invite = asked.invite;
  }

  roomAt(local: string, user: BareJid): PeerId | undefined {
    const peer = this.#peerAt(local, user);
    return this.#isRoom(peer) ? peer : undefined;
  }

  nameOf(room: PeerId): string {
    return this.#options.addressing.describePeer(room);
  }

  refuses(user: BareJid): Refusal | undefined {
    return this.#options.policy.refuses(user);
  }

  join(view: RoomView, wish: JoinWish): void {
    this.#joining.join(this.#stays.begin(view, wish));
  }

  waits(view: RoomView, wish: JoinWish): void {
    const stay = this.#stayOf(view);
    if (stay !== undefined) this.#comingBack.hurry(stay, wish);
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

  wasTold(room: PeerId, client: string): void {
    this.#stays.told(bareJid(parseJid(client)), room, client);
  }

  async history(view: RoomView, wish: HistoryWish) {
    return this.#talk.archived.latest(view, wish);
  }

  said(view: RoomView, message: IncomingText): void {
    this.#talk.toAll(view, message);
  }

  saidTo(view: RoomView, nick: string, message: IncomingText): void {
    this.#talk.toOne(view, nick, message);
  }

  rename(view: RoomView, nick: string): void {
    // His other rooms may see it change, too.
    for (const stay of this.#stays.of(view.user)) stay.asked = nick;
    this.#sessionOf(view.user)?.rename(view.room, nick);
  }

  away(user: BareJid, words: string | undefined): void {
    this.#away.set(user, words);
  }

  happened(account: AccountId, room: PeerId, event: RoomEvent): void {
    const user = this.#joining.userOf(account);
    const stay = user === undefined ? undefined : this.#stays.find(user, room);
    if (stay === undefined || this.#comingBack.isTriedAgain(stay, event)) return;
    const { view } = stay;
    if (event.is === 'joined') stay.again = undefined;
    if (event.is === 'renamed') noteNick(stay, event);
    view.tell(event, event.is === 'said' ? this.#talk.heard(view, event) : undefined);
    if (event.is === 'said') crashPointSoon('show.after', this.#options.transport);
    if (event.is === 'joined' || event.is === 'renamed') this.#stays.remember(view);
    if (event.is === 'out') this.#stays.end(view);
    if (event.is === 'refused' && view.nick === undefined) this.#stays.end(view);
  }

  saidInRoom(
    id: MessageId,
    event: StoredOutbound,
    parts: readonly string[] = [event.text],
  ): () => void {
    return this.#talk.said(id, event, parts);
  }

  wasSaidInRoom(id: MessageId, event: StoredOutbound): boolean {
    return this.#talk.wasSaid(id, event);
  }

  unregistered({ id, jid }: AccountLink<unknown>): void {
    for (const { view } of this.#stays.of(jid as BareJid)) {
      this.#stays.end(view);
      view.close();
    }
    this.#talk.archived.forget(jid as BareJid);
    this.#joining.forget(id);
  }

  comeBack(): void {
    this.#comingBack.begin();
  }

  settled(): Promise<void> {
    return this.#options.memory.settled();
  }

  tick(): void {
    const now = this.#options.now();
    this.#options.memory.flush();
    for (const [user, words] of this.#away) this.#sessionOf(user)?.away(words);
    this.#away.clear();
    for (const stay of this.#stays) {
      this.#comingBack.tick(stay);
      if ((stay.emptyUntil ?? Number.POSITIVE_INFINITY) > now) continue;
      stay.emptyUntil = undefined;
      // A client may wait until it is open.
      if (stay.view.clients === 0) this.#leave(stay.view);
    }
  }

  #personAt(local: string, user: BareJid): PeerId | undefined {
    const peer = this.#peerAt(local, user);
    return this.#isRoom(peer) ? undefined : peer;
  }

  #peerAt(local: string, user: BareJid): PeerId {
    const { addressing, accounts } = this.#options;
    return addressing.parsePeer(unescapeLocal(local), accounts.find(user)?.settings);
  }

  #isRoom(peer: PeerId): boolean {
    return this.#options.addressing.isRoom?.(peer) === true;
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
