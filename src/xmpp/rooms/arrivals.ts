/** What clients do with presence in a room: come, go, change their nick, be away (XEP-0045 §7.2–7.6, §7.14). */

import type { PeerId, Refusal } from '../../contract/index.ts';
import { type BareJid, bareJid, formatJid } from '../jid.ts';
import type { Addresses } from '../stanza/addresses.ts';
import { child, type Element } from '../xml/element.ts';
import { readAway, readStatus } from './away.ts';
import { Budget } from './budget.ts';
import { joinError, readJoin } from './join.ts';
import { NS_MUC } from './namespaces.ts';
import type { RoomsHost } from './port.ts';
import type { Views } from './views.ts';

/** At most so many resources of one user in one room. */
const MAX_CLIENTS = 20;
/** Of one client into one room, a minute. Who comes because he was told to is not counted. */
const JOINS_INTO_ROOM = 10;
/** Of one client altogether: as many rooms as its user may have open, and some. */
const JOINS_OF_CLIENT = 250;
/** Of one user altogether: some clients with all of their bookmarks. */
const JOINS = 1_000;
/** Of one user: a nick is one on the whole network. */
const RENAMES = 10;

const NO_NICK: Refusal = {
  condition: 'jid-malformed',
  type: 'modify',
  text: 'To join a room, a nick is needed: room@domain/nick.',
};
const TOO_OFTEN: Refusal = {
  condition: 'policy-violation',
  type: 'wait',
  text: 'You joined too often. Please try again in a minute.',
};
const RENAMED_TOO_OFTEN: Refusal = {
  condition: 'policy-violation',
  type: 'wait',
  text: 'You changed your nick too often. Please try again in a minute.',
};
const TOO_MANY: Refusal = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'Too many rooms are open, or too many of your clients are in this one.',
};
const STOPPING: Refusal = {
  condition: 'service-unavailable',
  type: 'wait',
  text: 'The gateway is about to stop. Please join again in a moment.',
};
const NOT_IN: Refusal = {
  condition: 'item-not-found',
  type: 'cancel',
  text: 'You are not in this room. Please join it.',
};

type ToRoom = Addresses & { readonly local: string };

export class Arrivals {
  readonly #views: Views;
  readonly #host: RoomsHost;
  readonly #refuse: (to: BareJid, error: Element) => void;
  readonly #joinsIntoRoom = new Budget(JOINS_INTO_ROOM);
  readonly #joinsOfClient = new Budget(JOINS_OF_CLIENT);
  readonly #joins = new Budget(JOINS);
  readonly #renames = new Budget(RENAMES);
  #isStopping = false;

  /** @param refuse sends an error, or leaves it where too many are sent */
  constructor(views: Views, host: RoomsHost, refuse: (to: BareJid, error: Element) => void) {
    this.#views = views;
    this.#host = host;
    this.#refuse = refuse;
  }

  /** Nobody comes in any more: whoever did would not be told that he is out. */
  stop(): void {
    this.#isStopping = true;
  }

  /** Of a client, to a room or to one of its occupants; available. */
  available(stanza: Element, addresses: ToRoom, room: PeerId): void {
    const { from, to, id, local } = addresses;
    const user = bareJid(from);
    const client = formatJid(from);
    const address = this.#views.addressOf(local);
    const name = to.resource;
    const error = (refusal: Refusal): void =>
      this.#refuse(user, joinError(address, { client, id, name: name ?? '' }, refusal));

    if (child(stanza, 'x', NS_MUC) !== undefined) {
      const refusal = this.#join(stanza, addresses, room);
      if (refusal !== undefined) error(refusal);
    }
    const view = this.#views.find(user, local);
    if (view?.has(client) !== true) {
      // Whoever broadcasts his presence to a room in his roster waits for no answer.
      if (name !== undefined && child(stanza, 'x', NS_MUC) === undefined) error(NOT_IN);
      return;
    }
    this.#views.says(user, client, readAway(stanza));
    const asksForNick = child(stanza, 'x', NS_MUC) === undefined && view.isIn(client);
    if (!asksForNick || name === undefined || name === view.name) return;
    if (this.#renames.take(user, performance.now())) {
      view.renaming({ client, id, name, history: undefined });
      this.#host.rename(view, name);
    } else {
      error(RENAMED_TOO_OFTEN);
    }
  }

  /** Of a client, to a room. */
  unavailable(stanza: Element, { from, local }: ToRoom): void {
    const reason = readStatus(stanza);
    const how = reason === undefined ? { is: 'left' as const } : { is: 'left' as const, reason };
    this.#views.find(bareJid(from), local)?.leave(formatJid(from), how);
  }

  /** A client is gone altogether. */
  gone({ from }: Addresses): void {
    for (const view of this.#views.of(bareJid(from))) view.leave(formatJid(from), { is: 'left' });
  }

  #join(stanza: Element, addresses: ToRoom, room: PeerId): Refusal | undefined {
    const join = readJoin(stanza, addresses, Date.now());
    if (join === undefined) return NO_NICK;
    if (this.#isStopping) return STOPPING;
    const { local } = addresses;
    const user = bareJid(addresses.from);
    const wasLost = this.#views.farewells.cancel(this.#views.addressOf(local), join.client);
    if (!wasLost && !this.#mayJoin(user, join.client, local)) return TOO_OFTEN;
    const refusal = this.#host.refuses(user);
    if (refusal !== undefined) return refusal;
    const known = this.#views.find(user, local);
    const other = this.#views.of(user).find((view) => view.room === room);
    if (other !== undefined && other !== known) return openAs(other.address);
    const view = known ?? this.#views.open(user, local, room);
    if (view === undefined) return TOO_MANY;
    if (view.clients >= MAX_CLIENTS && !view.has(join.client)) return TOO_MANY;
    view.arrive(join);
    const { name: nick, password } = join;
    const wish = password === undefined ? { nick } : { nick, password };
    if (known === undefined) this.#host.join(view, wish);
    else if (known.nick === undefined) this.#host.waits(view, wish);
    return undefined;
  }

  #mayJoin(user: BareJid, client: string, local: string): boolean {
    const now = performance.now();
    // The first of them makes the network do something.
    const who = this.#views.find(user, local) === undefined ? user : client;
    return (
      this.#joinsIntoRoom.take(`${local} ${who}`, now) &&
      this.#joinsOfClient.take(client, now) &&
      this.#joins.take(user, now)
    );
  }
}

/** One room has one view, or half of its clients would hear of nothing. */
function openAs(address: string): Refusal {
  const text = `You are in this room already, under its other address: ${address}`;
  return { condition: 'not-allowed', type: 'cancel', text };
}
