/** The rooms of one connection, and which of them what happens there is about. */

import type { PeerId, RoomEvent } from 'postern/adapter';
import { peerOf, placeOf } from './address.ts';
import { Room } from './room.ts';
import type { Wire } from './wire/client.ts';
import type { WireEvent } from './wire/events.ts';

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

/** Signs that some servers take for letters, which have a small form. */
const SCANDINAVIAN = /[[\]\\^{}|~]/;

export class Channels {
  readonly #options: ChannelsOptions;
  readonly #rooms = new Map<PeerId, Room>();

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
    this.#rooms.get(peer)?.leave(undefined);
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

  leave(peer: PeerId, reason: string | undefined): void {
    const room = this.#rooms.get(peer);
    this.#rooms.delete(peer);
    room?.leave(reason);
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
      case 'joined': {
        const room = this.find(event.channel, wire);
        room?.joined(event);
        // Nobody here asked for it: the server forwards, or an operator drags.
        if (event.own && room === undefined) wire.send('PART', event.channel);
        return;
      }
      case 'parted':
        this.find(event.channel, wire)?.parted(event);
        return;
      case 'kicked':
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
      case 'mode': {
        const room = this.find(event.target, wire);
        room?.mode(event);
        if (event.by === undefined) room?.answered('modes');
        return;
      }
      default:
        for (const room of this.#rooms.values()) toPerson(room, event);
    }
  }
}

function toPerson(room: Room, event: Extract<WireEvent, { is: OfPeople }>): void {
  switch (event.is) {
    case 'quit':
      room.quit(event);
      return;
    case 'split':
      room.split(event);
      return;
    case 'nick':
      room.renamed(event);
      return;
    case 'away':
      room.away(event);
      return;
    case 'account':
      room.account(event);
      return;
    default:
      room.person(event);
  }
}
