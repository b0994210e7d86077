/**
 * Rooms: places on the network where many people talk and traffic never stops. An adapter that has
 * them gives its sessions a `RoomSession`, and tells what happens in them by `context.room`.
 *
 * What an account sees of a room is a view of its own: it has its own connection, its own nick there.
 * The core keeps the occupants, shows them to the account's clients, archives what is said, and joins
 * again after a restart. The adapter keeps the connection, and comes back by itself.
 *
 * Life of a view:
 *
 * ```
 *  join ──▶ joining ──joined──▶ joined ──lost──▶ away from it ──joined──▶ joined
 *              │                  │                    │
 *              └──── refused      └── left, expelled    └── left, gave up
 * ```
 */

import type { Refusal } from './failure.ts';
import type { Brand, NetworkMessageId, PeerId } from './ids.ts';

/**
 * Who somebody is on the network beyond his nick, for as long as that can be told: an account there, or
 * else the address that he comes from. Opaque; equal for equal people, at most 512 bytes.
 */
export type PersonId = Brand<string, 'PersonId'>;

/** What somebody may do: XEP-0045 §5.1. */
export type Role = 'moderator' | 'participant' | 'visitor';

/** How long he may: XEP-0045 §5.2. */
export type Affiliation = 'owner' | 'admin' | 'member' | 'none';

/** Somebody in a room. */
export interface Occupant {
  /** As the network writes it; unique in the room by the network's own rules. */
  readonly nick: string;
  readonly person: PersonId;
  readonly role: Role;
  readonly affiliation: Affiliation;
  /** What he left as he went away; undefined while he is there, or nobody knows. */
  readonly away?: string;
}

export interface Subject {
  readonly text: string;
  /** A nick, where the network tells who set it. */
  readonly by?: string;
  /** Milliseconds since the epoch. */
  readonly at?: number;
}

/** How somebody went. */
export type Departure =
  | { readonly is: 'left'; readonly reason?: string }
  /** The whole network, not this room only. */
  | { readonly is: 'quit'; readonly reason?: string }
  | { readonly is: 'kicked'; readonly by?: string; readonly reason?: string }
  | { readonly is: 'banned'; readonly by?: string; readonly reason?: string };

/** What happens in a room, as one account sees it. In the order of the network. */
export type RoomEvent =
  /** All that is there at the beginning; after a lost connection once more. Live traffic comes after it. */
  | {
      readonly is: 'joined';
      /** The account's own nick, which may be another one than it asked for. */
      readonly nick: string;
      readonly occupants: readonly Occupant[];
      readonly subject?: Subject;
    }
  /** A join, or (while one is in) a change of nick. `password`: clients ask their user for one, and try again. */
  | { readonly is: 'refused'; readonly refusal: Refusal; readonly password?: true }
  | { readonly is: 'entered'; readonly occupant: Occupant }
  | { readonly is: 'departed'; readonly nick: string; readonly how: Departure }
  /** Many at once, because two parts of the network lost each other: shown as one line. */
  | { readonly is: 'split'; readonly nicks: readonly string[]; readonly words: string }
  | { readonly is: 'renamed'; readonly from: string; readonly to: string }
  /** His role, affiliation or being away. */
  | { readonly is: 'changed'; readonly occupant: Occupant }
  | { readonly is: 'subject'; readonly subject: Subject }
  | {
      readonly is: 'said';
      readonly nick: string;
      readonly person: PersonId;
      readonly text: string;
      /** By what the network knows it; a repeat has the same. */
      readonly networkId?: NetworkMessageId;
      /** The network's own time of it, where that is known and believable. */
      readonly sentAt?: number;
    }
  /** The network itself says something about the room. */
  | { readonly is: 'announced'; readonly text: string }
  /** The connection is gone; the adapter is coming back. What is said meanwhile is not seen. */
  | { readonly is: 'lost'; readonly words: string }
  /** The account is out, and the adapter does not come back by itself. */
  | { readonly is: 'out'; readonly how: Departure };

/** What may be asked of a room that the network has, whether or not one is in it. */
export interface RoomDescription {
  readonly name: string;
  readonly occupants?: number;
  readonly subject?: string;
}

/** Who may not come in. */
export interface Ban {
  /** As the network writes it: a mask for many, as a rule. */
  readonly who: string;
  /** The nick of who banned him, where that is told. */
  readonly by?: string;
}

/** What a session with rooms can do at once; each outcome is a `RoomEvent`. None of them throws. */
export interface RoomSession {
  /** Opens the connection that the room needs, if it is not open. */
  join(room: PeerId, wish: { readonly nick: string; readonly password?: string }): void;
  leave(room: PeerId, reason?: string): void;
  /** The nick is the account's on that whole part of the network: other rooms see it change, too. */
  rename(room: PeerId, nick: string): void;
  /** The account is away for everybody, or (undefined) is back. */
  away(words: string | undefined): void;
  /** @returns undefined where the network can not tell in time */
  describe(room: PeerId, signal: AbortSignal): Promise<RoomDescription | undefined>;
  /** @returns why not; undefined: it is asked for, and shows as an event */
  setSubject(room: PeerId, text: string, signal: AbortSignal): Promise<Refusal | undefined>;
  /** @returns why not */
  administer(room: PeerId, change: RoomChange, signal: AbortSignal): Promise<Refusal | undefined>;
  /** Left out where the network can not tell. @returns why it does not */
  bans?(room: PeerId, signal: AbortSignal): Promise<readonly Ban[] | Refusal>;
  /** Left out likewise. @param who as `bans` told it @returns why not */
  unban?(room: PeerId, who: string, signal: AbortSignal): Promise<Refusal | undefined>;
  /** Asks somebody on the network to come. Left out where it can not. @returns why not */
  invite?(room: PeerId, who: PeerId, signal: AbortSignal): Promise<Refusal | undefined>;
}

/** A moderator's wish about somebody. `none` as a role is a kick, `outcast` a ban. */
export interface RoomChange {
  readonly nick: string;
  readonly becomes:
    | { readonly role: Role | 'none' }
    | { readonly affiliation: Affiliation | 'outcast' };
  readonly reason?: string;
}
