/** The rooms of one connection, and which of them what happens there is about. */

import type { PeerId, RoomEvent } from 'postern/adapter';
import { peerOf, placeOf } from './address.ts';
import { Room } from './room.ts';
import type { Wire } from './wire/client.ts';
import type { ServerError, WireEvent } from './wire/events.ts';

export interface ChannelsOptions {
  /** As in the settings. */
  readonly server: string;
  readonly now: () => number;
  readonly tell: (room: PeerId, event: RoomEvent) => void;
}

/** What happens in channels, or to people who may be in some of them. */
export type ChannelEvent = Extract<WireEvent, { is: InOne | OfPeople }>;
type InOne = 'joined' | 'parted' | 'kicked' | 'names' | 'topic' | 'topic-set' | 'mode';
type OfPeople = 'quit' | 'split' | 'nick' | 'away' | 'account' | 'person';

const MOST_NOTED = 1_000;

/** Signs that some servers take for letters, which have a small form. */
const SCANDINAVIAN = /[[\]\\^{}|~]/;

export class Channels {
  readonly #options: ChannelsOptions;
  readonly #rooms = new Map<PeerId, Room>();
  /**
   * How often a channel was left, by its folded name, of which the server has not told yet. Who comes
   * back at once is told of that first: it is not about the new stay.
   */
  readonly #leaving = new Map<string, number>();
  /** Where the account is, though nobody here asked for it: a bouncer was there, or services. Folded names. */
  readonly #unasked = new Set<string>();
  /** Into which the server puts us instead of another one. Folded names. */
  readonly #forwards = new Set<string>();

  constructor(options: ChannelsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#rooms.size;
  }

  [Symbol.iterator](): IterableIterator<Room> {
    return [...this.#rooms.values()].values();
  }

  get(peer: PeerId): Room | undefined {
    return this.#rooms.get(peer);
  }

  /** A room that is not entered yet. */
  add(peer: PeerId, password: string | undefined): Room {
    const { now, tell } = this.#options;
    this.leave(peer, undefined);
    const room = new Room({
      peer,
      channel: placeOf(peer).name,
      password,
      now,
      tell: (event) => {
        const isOver = event.is === 'out' || (event.is === 'refused' && !room.wasIn);
        if (isOver && this.#rooms.get(peer) === room) this.#rooms.delete(peer);
        tell(peer, event);
      },
    });
    this.#rooms.set(peer, room);
    return room;
  }

  /** On a connection that is there. */
  enter(room: Room, wire: Wire): void {
    room.enter(wire, this.#unasked.delete(wire.fold(room.channel)));
  }

  leave(peer: PeerId, reason: string | undefined): void {
    const room = this.#rooms.get(peer);
    this.#rooms.delete(peer);
    const left = room?.leave(reason);
    if (left !== undefined) this.#leaving.set(left, (this.#leaving.get(left) ?? 0) + 1);
  }

  /** The connection is gone. */
  disconnected(): void {
    this.#leaving.clear();
    this.#unasked.clear();
    this.#forwards.clear();
  }

  /** @returns whether it is about a channel that one is leaving, or was asked to be let into */
  failed(error: ServerError, wire: Wire): boolean {
    const { code, target, instead } = error;
    if (target === undefined) return false;
    const isAboutLeaving = code === 442 || code === 403;
    if (isAboutLeaving && this.#hasLeft(wire.fold(target))) return true;
    if (instead !== undefined) noted(this.#forwards, wire.fold(instead));
    return this.find(target, wire)?.failed(error) === true;
  }

  clear(): void {
    this.#rooms.clear();
  }

  /** Where two spellings are one name to the server, it may use the other one. */
  find(channel: string, wire: Wire): Room | undefined {
    const exact = this.#rooms.get(peerOf(channel, this.#options.server));
    if (exact !== undefined || !SCANDINAVIAN.test(channel)) return exact;
    const key = wire.fold(channel);
    return [...this.#rooms.values()].find((room) => wire.fold(room.channel) === key);
  }

  happened(event: ChannelEvent, wire: Wire): void {
    switch (event.is) {
      case 'joined':
        if (event.own && this.#leaving.has(wire.fold(event.channel))) return;
        this.#joined(event, wire);
        return;
      case 'parted': {
        const room = this.find(event.channel, wire);
        if (event.own) this.#unasked.delete(wire.fold(event.channel));
        const isOfBefore = event.own && this.#hasLeft(wire.fold(event.channel));
        // Who is in is out now, whatever was left.
        if (!isOfBefore || room?.isIn === true) room?.parted(event);
        return;
      }
      case 'kicked':
        if (event.own) this.#unasked.delete(wire.fold(event.channel));
        this.find(event.channel, wire)?.kicked(event);
        return;
      case 'names':
        this.find(event.channel, wire)?.names(event);
        return;
      case 'topic':
        this.find(event.channel, wire)?.topic(event);
        return;
      case 'topic-set':
        this.find(event.channel, wire)?.topicSet(event);
        return;
      case 'mode':
        this.find(event.target, wire)?.occupants?.mode(event);
        return;
      default:
        for (const room of this.#rooms.values()) toPerson(room, event);
    }
  }

  #joined(event: Extract<ChannelEvent, { is: 'joined' }>, wire: Wire): void {
    const room = this.find(event.channel, wire);
    room?.joined(event);
    if (!event.own || room !== undefined) return;
    const channel = wire.fold(event.channel);
    // Where he wanted to be he is not; any other channel is no business of ours.
    if (this.#forwards.delete(channel)) wire.send('PART', event.channel);
    else noted(this.#unasked, channel);
  }

  /** One leaving less to be told of. @returns whether there was one */
  #hasLeft(channel: string): boolean {
    const count = this.#leaving.get(channel) ?? 0;
    if (count > 1) this.#leaving.set(channel, count - 1);
    else this.#leaving.delete(channel);
    return count > 0;
  }
}

function noted(channels: Set<string>, channel: string): void {
  if (channels.size < MOST_NOTED) channels.add(channel);
}

function toPerson(room: Room, event: Extract<WireEvent, { is: OfPeople }>): void {
  switch (event.is) {
    case 'quit':
      room.quit(event);
      return;
    case 'split':
      room.occupants?.split(event);
      return;
    case 'nick':
      room.occupants?.renamed(event);
      return;
    case 'away':
      room.occupants?.away(event);
      return;
    case 'account':
      room.occupants?.account(event);
      return;
    default:
      room.occupants?.person(event);
  }
}
