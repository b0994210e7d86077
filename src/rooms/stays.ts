import type { PeerId } from '../contract/index.ts';
import type { BareJid } from '../xmpp/jid.ts';
import type { JoinWish, RoomView } from '../xmpp/rooms/port.ts';
import type { RoomMemory } from './memory.ts';

/** One room of one user, from his wish to be in it until he is out. */
export interface Stay {
  readonly view: RoomView;
  /** As it would be asked for again. The nick that the network gave may be another one. */
  wish: JoinWish;
  /** The nick that he asks for just now. */
  asked?: string | undefined;
  /** Full JIDs of his clients, the last that came at the end; some of them may be gone with their stream. */
  readonly clients: Set<string>;
  /** It has no client: until when one may come back. */
  emptyUntil?: number | undefined;
  /** Of an earlier process, and not open yet: when it is tried again, or `Infinity` while it is tried. */
  again?: number | undefined;
}

/** How long a client that did not leave, but is gone, may take to come back. */
export const COMES_BACK_MS = 120_000;
/** More of them are never in a room at a time. */
const MOST_CLIENTS = 50;

/** All stays of one transport, and what is written down of them for the next process. */
export class Stays {
  readonly #memory: Pick<RoomMemory, 'note' | 'forget'>;
  readonly #users = new Map<BareJid, Map<PeerId, Stay>>();

  constructor(memory: Pick<RoomMemory, 'note' | 'forget'>) {
    this.#memory = memory;
  }

  *[Symbol.iterator](): IterableIterator<Stay> {
    for (const rooms of this.#users.values()) yield* rooms.values();
  }

  find(user: BareJid, room: PeerId): Stay | undefined {
    return this.#users.get(user)?.get(room);
  }

  /** @returns a list of its own: stays may end while it is read */
  of(user: BareJid): Stay[] {
    return [...(this.#users.get(user)?.values() ?? [])];
  }

  /** @param lost clients of an earlier process, which have not been told */
  begin(view: RoomView, wish: JoinWish, lost: readonly string[] = []): Stay {
    const { user, room } = view;
    const stay: Stay = { view, wish, clients: new Set(lost) };
    const rooms = this.#users.get(user) ?? new Map<PeerId, Stay>();
    this.#users.set(user, rooms.set(room, stay));
    return stay;
  }

  came({ view, clients }: Stay, client: string): void {
    clients.delete(client);
    clients.add(client);
    for (const eldest of clients) {
      if (clients.size <= MOST_CLIENTS) break;
      clients.delete(eldest);
    }
    this.remember(view);
  }

  /** A client that was lost knows it: the next process has not to tell it. */
  told(user: BareJid, room: PeerId, client: string): void {
    const stay = this.find(user, room);
    if (stay?.clients.delete(client) === true) this.remember(stay.view);
  }

  /** The next process will know where it is, and as who. */
  remember({ user, room }: RoomView): void {
    const stay = this.find(user, room);
    if (stay === undefined) return;
    const { view, wish, clients } = stay;
    const { local, nick } = view;
    const shown = nick === undefined ? {} : { nick: view.shownAs(nick) };
    const own = { user, room, local, wished: wish.nick };
    const password = wish.password === undefined ? {} : { password: wish.password };
    this.#memory.note({ ...own, ...shown, ...password, clients: [...clients] });
  }

  /** He is out. */
  end({ user, room }: RoomView): void {
    const rooms = this.#users.get(user);
    rooms?.delete(room);
    if (rooms?.size === 0) this.#users.delete(user);
    this.#memory.forget(user, room);
  }
}

/** Of one user and one room: a bare JID has no space. */
export function nameOfStay(user: BareJid, room: PeerId): string {
  return `${user} ${room}`;
}
