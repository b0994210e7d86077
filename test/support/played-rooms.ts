/** A network of rooms that does what a test says: what decides behind the face of rooms, made small. */

import {
  type Ban,
  type MessageId,
  type Occupant,
  type PeerId,
  type PersonId,
  type Refusal,
  RefusedError,
  type RoomDescription,
} from '../../src/contract/index.ts';
import type { BareJid } from '../../src/xmpp/jid.ts';
import type { IncomingText } from '../../src/xmpp/port.ts';
import type {
  Change,
  Going,
  HistoryWish,
  Invitation,
  JoinWish,
  Remembered,
  RoomArchive,
  RoomsHost,
  RoomView,
} from '../../src/xmpp/rooms/port.ts';

export function occupant(nick: string, more: Partial<Occupant> = {}): Occupant {
  return {
    ...{ nick, person: `${nick}!person` as PersonId, role: 'participant', affiliation: 'none' },
    ...more,
  };
}

export function remembered(id: string, from: string, body: string, at = 0): Remembered {
  return { id: id as MessageId, at, from, body };
}

/** Rooms are all whose local part begins with `#`; `#wrong` can be none. */
export class PlayedRooms implements RoomsHost {
  readonly occupantKey = 'not guessed';
  archive?: RoomArchive;
  /** What it was told, in short, in its order. */
  readonly told: string[] = [];
  /** Which clients know that they are out of which rooms. */
  readonly toldOut: string[] = [];
  readonly heard: IncomingText[] = [];
  readonly heardAlone: IncomingText[] = [];
  readonly invitations: Invitation[] = [];
  readonly changes: Change[] = [];
  /** What was said before. */
  past: () => Promise<readonly Remembered[]> = async () => [];
  refusal: Refusal | undefined;
  /** Why nobody may come in. */
  access: Refusal | undefined;
  /** Undefined: nobody can tell. */
  banned: readonly Ban[] | undefined;
  description: () => Promise<RoomDescription | undefined> = async () => undefined;
  /** What happens as a view is to be opened. */
  joining: (view: RoomView, wish: JoinWish) => void = () => undefined;
  /** What happens when something is said. */
  saying: (view: RoomView, message: IncomingText) => void = () => undefined;
  renaming: (view: RoomView, nick: string) => void = () => undefined;
  going: (view: RoomView) => void = () => undefined;
  readonly #views = new Map<string, RoomView>();

  /** The view that was last asked for, or has had a client. */
  view(local = '#room', user = 'juliet@example.org'): RoomView {
    const view = this.#views.get(`${user} ${local}`);
    if (view === undefined) throw new Error(`Nobody has asked for ${local}.`);
    return view;
  }

  roomAt(local: string, _user: BareJid): PeerId | undefined {
    if (local === '#wrong') {
      const text = 'There is no such network.';
      throw new RefusedError({ condition: 'item-not-found', type: 'cancel', text });
    }
    // A room has a second address, as rooms may.
    return local.startsWith('#') ? (local.replace(/%.*/, '') as PeerId) : undefined;
  }

  nameOf(room: PeerId): string {
    return room;
  }

  refuses(): Refusal | undefined {
    return this.access;
  }

  join(view: RoomView, wish: JoinWish): void {
    this.told.push(`join ${view.local} as ${wish.nick}${wish.password ? ' with a password' : ''}`);
    this.#views.set(`${view.user} ${view.local}`, view);
    this.joining(view, wish);
  }

  waits(view: RoomView, wish: JoinWish): void {
    this.told.push(`${wish.nick} waits for ${view.local}`);
  }

  came(view: RoomView, client: string): void {
    this.#views.set(`${view.user} ${view.local}`, view);
    this.told.push(`came ${resourceOf(client)}`);
  }

  went(view: RoomView, client: string, how: Going): void {
    const why = how.is === 'left' && how.reason !== undefined ? `left: ${how.reason}` : how.is;
    this.told.push(`went ${resourceOf(client)} (${why}), ${view.clients} there`);
    this.going(view);
  }

  wasTold(room: PeerId, client: string): void {
    this.toldOut.push(`${resourceOf(client)} of ${room}`);
  }

  history(_view: RoomView, wish: HistoryWish): Promise<readonly Remembered[]> {
    const since = wish.since === undefined ? '' : ` since ${wish.since}`;
    this.told.push(`history ${wish.most}${since}`);
    return this.past();
  }

  said(view: RoomView, message: IncomingText): void {
    this.told.push(`said ${message.text}`);
    this.heard.push(message);
    this.saying(view, message);
  }

  saidTo(_view: RoomView, nick: string, message: IncomingText): void {
    this.told.push(`said to ${nick}: ${message.text}`);
    this.heardAlone.push(message);
  }

  async setSubject(_view: RoomView, text: string): Promise<Refusal | undefined> {
    this.told.push(`subject ${text}`);
    return this.refusal;
  }

  rename(view: RoomView, nick: string): void {
    this.told.push(`rename to ${nick}`);
    this.renaming(view, nick);
  }

  away(user: BareJid, words: string | undefined): void {
    this.told.push(words === undefined ? `${user} is back` : `${user} is away: ${words}`);
  }

  describe(): Promise<RoomDescription | undefined> {
    return this.description();
  }

  async administer(_view: RoomView, change: Change): Promise<Refusal | undefined> {
    this.changes.push(change);
    return this.refusal;
  }

  async bans(): Promise<readonly Ban[] | Refusal | undefined> {
    return this.refusal ?? this.banned;
  }

  async invite(_view: RoomView, invitation: Invitation): Promise<Refusal | undefined> {
    this.invitations.push(invitation);
    return this.refusal;
  }
}

function resourceOf(jid: string): string {
  return jid.slice(jid.indexOf('/') + 1);
}
