/** One room, as one user sees it: his clients, and the scene that is shown to all of them. */

import type { MessageId, PeerId, PersonId, Refusal, RoomEvent } from '../../contract/index.ts';
import type { BareJid } from '../jid.ts';
import type { ErrorWords } from '../stanza/error.ts';
import type { Element } from '../xml/element.ts';
import { type Arrival, Client, type Send } from './client.ts';
import { letIn } from './entering.ts';
import type { Entrances } from './entrances.ts';
import { type Lost, sayFarewell } from './farewells.ts';
import { joinError, whyNotIn } from './join.ts';
import { nameOf } from './names.ts';
import { type Occupants, occupantId } from './occupants.ts';
import type { Going, Reflection, RoomsHost, RoomView, Self } from './port.ts';
import { farewell, STATUS } from './presence.ts';
import { Scene } from './scene.ts';
import type { Share } from './space.ts';

/** What a view is given. */
export interface ViewParts {
  readonly user: BareJid;
  readonly local: string;
  readonly room: PeerId;
  /** Bare JID of the room. */
  readonly address: string;
  readonly host: RoomsHost;
  readonly share: Share;
  readonly send: Send;
  readonly entrances: Entrances;
  /** It is over. */
  ended(view: View): void;
  /** A client looks at it, or waits until it is open. */
  came(client: string): void;
  /** It does no longer. */
  left(client: string): void;
  /** A client is in the room no longer, and could not be told. */
  untold(lost: Lost): void;
  /** A history could not be had. */
  readonly failed: (error: unknown) => void;
}

/** For a client that waited for a room which is closed before it opened. */
const CLOSED: Refusal = {
  condition: 'service-unavailable',
  type: 'wait',
  text: 'The room was closed before you were in it. Please join again.',
};

export class View implements RoomView {
  readonly user: BareJid;
  readonly local: string;
  readonly room: PeerId;
  readonly address: string;
  readonly #parts: ViewParts;
  readonly #clients = new Map<string, Client>();
  /** Undefined before the room is open. */
  #scene: Scene | undefined;
  #closed = false;
  /** Whose wish the next change of nick is. */
  #renamer: Arrival | undefined;

  constructor(parts: ViewParts) {
    this.user = parts.user;
    this.local = parts.local;
    this.room = parts.room;
    this.address = parts.address;
    this.#parts = parts;
  }

  get nick(): string | undefined {
    return this.#scene?.nick;
  }

  get self(): Self | undefined {
    return this.#scene?.self;
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** The resource of the user himself. */
  get name(): string | undefined {
    return this.#scene?.name;
  }

  get subject(): string {
    return this.#scene?.subject ?? '';
  }

  /** Undefined before the room is open. */
  get occupants(): Occupants | undefined {
    return this.#scene?.occupants;
  }

  shownAs(nick: string): string {
    return this.#scene?.occupants.nameOf(nick) ?? nameOf(nick).name;
  }

  occupantId(person: PersonId, nick?: string): string {
    const shown = nick === undefined ? undefined : this.occupants?.get(nick);
    if (shown?.person === person) return shown.id;
    return occupantId(this.#parts.host.occupantKey, this.room, person);
  }

  /** Whether the client is in the room, as far as it knows. */
  isIn(client: string): boolean {
    return this.#clients.get(client)?.isOutside === false;
  }

  /** Whether it is in, or waits until the room opens. */
  has(client: string): boolean {
    return this.#clients.has(client);
  }

  /** A client comes; or it comes again because it lost its order, and is told everything anew. */
  arrive(arrival: Arrival): void {
    if (!this.#clients.has(arrival.client)) this.#parts.came(arrival.client);
    this.#clients.set(arrival.client, new Client(arrival, this.#parts.send));
    if (this.#scene !== undefined) this.#comesIn(arrival.client);
  }

  leave(client: string, how: Going): void {
    const left = this.#clients.get(client);
    if (left === undefined) return;
    this.#clients.delete(client);
    const name = this.name ?? left.arrival.name;
    if (how.is === 'left') left.tell(farewell(this.address, name, []));
    // It may be there after all: then it must not take itself for one who is in.
    if (how.is === 'unreachable') sayFarewell(this.#parts.send, this.address, name, client);
    if (how.is === 'stream-lost') this.#parts.untold({ ...this.#place, name, client });
    this.#parts.left(client);
    this.#parts.host.went(this, client, how);
  }

  /** Nobody is left who hears of anything. */
  loseStream(): void {
    for (const client of this.#clients.keys()) this.leave(client, { is: 'stream-lost' });
  }

  /** A client asked for another nick. */
  renaming(by: Arrival): void {
    this.#renamer = by;
  }

  reflect(message: Reflection): void {
    if (this.#scene !== undefined) this.#show([this.#scene.reflect(message)], message.id);
  }

  tell(event: RoomEvent, id?: MessageId): void {
    if (this.#closed) return;
    const scene = this.#scene;
    switch (event.is) {
      case 'joined':
        if (scene === undefined) this.#open(event);
        else this.#show(scene.returned(event));
        return;
      case 'refused':
        if (scene === undefined) this.#end(undefined, whyNotIn(event));
        else this.#refuseRename(event.refusal);
        return;
      case 'out': {
        const text = event.how.reason ?? CLOSED.text;
        this.#end(scene?.exit(event.how), { ...CLOSED, text });
        return;
      }
      default: {
        if (scene === undefined) return;
        const wished = this.#renamer?.name;
        if (event.is === 'renamed' && event.from === scene.nick) this.#renamer = undefined;
        this.#show(scene.happened(event, wished, id), id);
      }
    }
  }

  close(): void {
    const { name } = this;
    const codes = [STATUS.AFFILIATION];
    this.#end(name === undefined ? undefined : farewell(this.address, name, codes), CLOSED);
  }

  /** The gateway stops. Who is in hears of it from its successor: see `Farewells`. */
  shutDown(): void {
    for (const client of this.#clients.values()) {
      if (client.isOutside) client.tell(joinError(this.address, client.arrival, CLOSED));
    }
  }

  get #place() {
    return { room: this.room, address: this.address };
  }

  #open(event: Extract<RoomEvent, { is: 'joined' }>): void {
    const idOf = (person: PersonId) => this.occupantId(person);
    const scene = new Scene(this.address, event, idOf, this.#parts.share);
    this.#scene = scene;
    for (const client of this.#clients.keys()) this.#comesIn(client);
  }

  #comesIn(jid: string): void {
    const { host, entrances } = this.#parts;
    entrances.begin(this.user, () => {
      const client = this.#clients.get(jid);
      // It may have left meanwhile, or asked a second time and be in.
      if (client?.isOutside !== true || this.#scene === undefined) return;
      letIn(client, {
        ...{ view: this, address: this.address, scene: this.#scene, host, entrances },
        isStill: (same) => this.#clients.get(jid) === same,
        shown: (shown) => this.#check(shown),
        failed: this.#parts.failed,
      });
    });
  }

  #refuseRename(refusal: Refusal): void {
    const by = this.#renamer;
    this.#renamer = undefined;
    if (by === undefined) return;
    this.#clients.get(by.client)?.tell(joinError(this.address, by, refusal));
  }

  /** @param id of the one of them that was said */
  #show(stanzas: readonly Element[], id?: MessageId): void {
    for (const client of this.#clients.values()) {
      for (const stanza of stanzas) client.show(stanza, id);
      this.#check(client);
    }
  }

  #check(client: Client): void {
    if (client.failed) this.leave(client.arrival.client, { is: 'stream-lost' });
  }

  /**
   * @param word to those who are in
   * @param refusal to those who wait
   */
  #end(word: Element | undefined, refusal: ErrorWords): void {
    if (this.#closed) return;
    this.#closed = true;
    const clients = [...this.#clients.values()];
    this.#clients.clear();
    for (const client of clients) {
      if (client.isOutside) client.tell(joinError(this.address, client.arrival, refusal));
      else if (word !== undefined) client.tell(word);
      this.#parts.left(client.arrival.client);
    }
    this.#scene?.occupants.clear();
    this.#scene = undefined;
    this.#parts.ended(this);
  }
}
