/** All views of one domain, by user and by room, and how many there may be. */

import type { PeerId } from '../../contract/index.ts';
import type { BareJid } from '../jid.ts';
import { Clients } from './away.ts';
import type { Send } from './client.ts';
import { Farewells } from './farewells.ts';
import type { RoomsHost } from './port.ts';
import { type Share, Space } from './space.ts';
import { View } from './view.ts';

const MAX_VIEWS = 20_000;
const MAX_VIEWS_OF_USER = 200;

interface User {
  readonly views: Map<string, View>;
  readonly clients: Clients;
  readonly share: Share;
}

export class Views {
  readonly farewells: Farewells;
  readonly #domain: string;
  readonly #host: RoomsHost;
  readonly #send: Send;
  readonly #failed: (error: unknown) => void;
  readonly #users = new Map<BareJid, User>();
  readonly #space = new Space();
  #count = 0;

  /** @param failed told of a history that could not be had */
  constructor(domain: string, host: RoomsHost, send: Send, failed: (error: unknown) => void) {
    this.#domain = domain;
    this.#host = host;
    this.#send = send;
    this.#failed = failed;
    this.farewells = new Farewells(send);
  }

  find(user: BareJid, local: string): View | undefined {
    return this.#users.get(user)?.views.get(local);
  }

  /** @returns undefined where there are too many */
  open(user: BareJid, local: string, room: PeerId): View | undefined {
    const known = this.find(user, local);
    if (known !== undefined) return known;
    const of = this.#users.get(user) ?? this.#newUser();
    if (this.#count >= MAX_VIEWS || of.views.size >= MAX_VIEWS_OF_USER) return undefined;
    const view = new View({
      ...{ user, local, room, address: this.addressOf(local) },
      ...{ host: this.#host, send: this.#send, share: of.share, failed: this.#failed },
      ended: (ended) => this.#ended(ended),
      left: () => this.#left(user),
      untold: (address, name, client) => this.farewells.add(address, name, client),
    });
    this.#users.set(user, of);
    of.views.set(local, view);
    this.#count++;
    return view;
  }

  /** Bare JID of a room. */
  addressOf(local: string): string {
    return `${local}@${this.#domain}`;
  }

  of(user: BareJid): readonly View[] {
    return [...(this.#users.get(user)?.views.values() ?? [])];
  }

  all(): readonly View[] {
    return [...this.#users.values()].flatMap(({ views }) => [...views.values()]);
  }

  /** A client that is in some room says whether its user is away. */
  says(user: BareJid, client: string, words: string | undefined): void {
    const clients = this.#users.get(user)?.clients;
    if (clients?.says(client, words) === true) this.#host.away(user, clients.words);
  }

  #ended({ user, local }: View): void {
    const of = this.#users.get(user);
    if (of?.views.delete(local) !== true) return;
    this.#count--;
    if (of.views.size > 0) {
      this.#left(user);
      return;
    }
    this.#users.delete(user);
    // Whoever is in no room is away from none; and when he comes again nothing is known of this.
    if (of.clients.words !== undefined) this.#host.away(user, undefined);
  }

  #newUser(): User {
    return { views: new Map(), clients: new Clients(), share: this.#space.share() };
  }

  /** Clients that are in no room have no say any longer. */
  #left(user: BareJid): void {
    const of = this.#users.get(user);
    if (of === undefined) return;
    const views = [...of.views.values()];
    if (of.clients.keep((client) => views.some((view) => view.has(client)))) {
      this.#host.away(user, of.clients.words);
    }
  }
}
