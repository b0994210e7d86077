/**
 * Rooms as users see them (XEP-0045), and what decides behind them. The face keeps, for each user and
 * room, one view: who is in it, and which of the user's clients look at it. It shows what it is told,
 * in the order in which it is told. What happens on the network is the host's.
 *
 * ```
 *  a client joins ──▶ host.join ──▶ view.tell(joined) ──▶ occupants, self, history, subject, live
 *  another one    ────────────────────────────────────▶ the same, at once
 *  one leaves     ──▶ host.went; at the last one the host decides whether the view is closed
 * ```
 */

import type {
  Affiliation,
  Ban,
  MessageId,
  PeerId,
  PersonId,
  Refusal,
  Role,
  RoomDescription,
  RoomEvent,
} from '../../contract/index.ts';
import type { Ends, Entry, Page, PageQuery } from '../../history/archive.ts';
import type { BareJid, Jid } from '../jid.ts';
import type { IncomingText } from '../port.ts';

/** What a client wishes as it comes: XEP-0045 §7.2. */
export interface JoinWish {
  readonly nick: string;
  readonly password?: string;
}

/** XEP-0045 §7.2.14, what of it a history is asked for by. */
export interface HistoryWish {
  /** Not 0: who wants none is not asked about. */
  readonly most: number;
  /** Milliseconds since the epoch. */
  readonly since?: number;
}

/** Something that was said before. An entry of an archive is one. */
export interface Remembered {
  readonly id: MessageId;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** As the view showed it (`shownAs`); empty: the room itself. */
  readonly from: string;
  readonly occupantId?: string | undefined;
  readonly body: string;
  /** Left out: a message. */
  readonly kind?: Entry['kind'];
  /** The `id` of the message stanza, where its sender's client gave it one. */
  readonly messageId?: string | undefined;
}

/** Why a client is in a view no longer. */
export type Going =
  | { readonly is: 'left'; readonly reason?: string }
  /** The server says that there is no such client: it did not leave, and it does not read. */
  | { readonly is: 'unreachable' }
  /** The stream to the server broke. The client is told to join again as soon as there is one. */
  | { readonly is: 'stream-lost' };

/**
 * A moderator's wish about somebody: XEP-0045 §8–9. `role: 'none'` is a kick, `outcast` a ban. `ban`: one of
 * those that the network told, which is to be lifted.
 */
export interface Change {
  readonly who: { readonly nick: string } | { readonly jid: Jid } | { readonly ban: string };
  readonly becomes:
    | { readonly role: Role | 'none' }
    | { readonly affiliation: Affiliation | 'outcast' };
  readonly reason?: string;
}

/** XEP-0045 §7.8.2 */
export interface Invitation {
  readonly to: Jid;
  readonly reason?: string;
}

/** What was said in the rooms of each user, as he heard it. */
export interface RoomArchive {
  /**
   * @returns undefined where an id that the query names is not in it
   * @throws RefusedError where the user may not read it, Error when it can not be read
   */
  page(user: BareJid, room: PeerId, query: PageQuery): Page | undefined;
  /** @throws Error likewise */
  ends(user: BareJid, room: PeerId): Ends | undefined;
}

/** What decides. Called synchronously, in the order of the stream; must not throw unless it says so. */
export interface RoomsHost {
  /** Any secret that stays the same for ever: occupant ids (XEP-0421) are made with it. */
  readonly occupantKey: string;
  /** Left out where nothing is kept. Who joins a room is told whether it is. */
  readonly archive?: RoomArchive | undefined;
  /**
   * Which room is at a local part (wire form). Several may name one: it is open under one of them at a time.
   * @returns undefined where there may be a person, but no room
   * @throws RefusedError when it looks like a room's address and is none
   */
  roomAt(local: string, user: BareJid): PeerId | undefined;
  /** How a person would name the room. */
  nameOf(room: PeerId): string;
  /** Whether a user may come into any room now. @returns why not */
  refuses(user: BareJid): Refusal | undefined;
  /** The first client of a view that is not open: the outcome is a `RoomEvent`, told to the view. */
  join(view: RoomView, wish: JoinWish): void;
  /** One more client waits for a view that is not open yet. */
  waits(view: RoomView, wish: JoinWish): void;
  /** A client looks at the view now. Its full JID may be kept, to say farewell to it after a crash. */
  came(view: RoomView, client: string): void;
  /** A client does no longer; `view.clients` says how many do. */
  went(view: RoomView, client: string, how: Going): void;
  /** A client that was lost, here or to an earlier process, was told so: nobody has to tell it any more. */
  wasTold(room: PeerId, client: string): void;
  /**
   * What was said before, oldest first. What the view was told since it was asked may be in it, too.
   * Rejected, or too late: the client comes in without.
   */
  history(view: RoomView, wish: HistoryWish): Promise<readonly Remembered[]>;
  /** Somebody of the user's says something in the room: `view.reflect` shows that it was said. */
  said(view: RoomView, message: IncomingText): void;
  /** To one occupant alone. `message.to` is still the occupant's address. */
  saidTo(view: RoomView, nick: string, message: IncomingText): void;
  /** At most 3,000 characters; empty: none. A refusal is sent to who asked. */
  setSubject(view: RoomView, text: string): Promise<Refusal | undefined>;
  /** The outcome is a `RoomEvent`: `renamed`, or `refused` while the view stays open. */
  rename(view: RoomView, nick: string): void;
  /** All of the user's clients that are in some room are away, or (undefined) one of them is back. */
  away(user: BareJid, words: string | undefined): void;
  /** What is known of a room that one is not in. */
  describe(user: BareJid, room: PeerId, signal: AbortSignal): Promise<RoomDescription | undefined>;
  /** Left out where nobody's role can be changed. @returns why not */
  administer?(view: RoomView, change: Change): Promise<Refusal | undefined>;
  /** Who is banned. Left out, or undefined, where the network can not tell. @returns why it does not */
  bans?(view: RoomView): Promise<readonly Ban[] | Refusal | undefined>;
  /** Left out where nobody can be invited. @returns why not */
  invite?(view: RoomView, invitation: Invitation): Promise<Refusal | undefined>;
}

/** What the account said, as the network has it. */
export interface Reflection {
  /** The id of its archive entry. */
  readonly id: MessageId;
  readonly text: string;
  /** The id of the user's stanza; left out for the second part of a long text, which is another message. */
  readonly messageId?: string | undefined;
  readonly originId?: string | undefined;
  /** The text is the link to a file that the user's client has uploaded. */
  readonly isFile?: boolean;
}

/** The user himself, as he is shown in a room. */
export interface Self {
  /** His resource. */
  readonly name: string;
  /** XEP-0421 */
  readonly occupantId: string;
}

/** One room, as one user sees it. */
export interface RoomView {
  readonly user: BareJid;
  /** The local part under which he sees it, in wire form. */
  readonly local: string;
  readonly room: PeerId;
  /** His nick on the network; undefined before the first `joined`. */
  readonly nick: string | undefined;
  /** Undefined likewise. */
  readonly self: Self | undefined;
  /** How many clients look at it, or wait for it to open. */
  readonly clients: number;
  /**
   * Shows what happened. After `refused` (unless it is open) and `out` the view is closed.
   * @param id of what was said, where it is kept: it becomes the stanza-id (XEP-0359)
   */
  tell(event: RoomEvent, id?: MessageId): void;
  /** Shows what the account said to all of its clients. */
  reflect(message: Reflection): void;
  /** The resource under which a nick is shown. Equal to it as a rule. */
  shownAs(nick: string): string;
  /** XEP-0421: fixed for a person in a room. @param nick his, where that is known: it is found faster */
  occupantId(person: PersonId, nick?: string): string;
  /** The user is out. Clients that still look at it are told. */
  close(): void;
}

/** What the host can ask of the face. */
export interface Rooms {
  /** The view of a user, made if there is none: a room may be open without a client. Undefined where there are too many. */
  open(user: BareJid, local: string): RoomView | undefined;
  /**
   * Tells a client of an earlier process, as soon as it can be told, that it is in the room no longer
   * (XEP-0045 §7.14, status 333 and 332), so that it joins again by itself.
   */
  farewell(to: {
    readonly room: PeerId;
    readonly local: string;
    /** As it was shown; empty where that is not known. */
    readonly nick: string;
    /** Full JID. */
    readonly client: string;
  }): void;
}
