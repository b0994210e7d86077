/** All views of one domain, by user and by room, and how many there may be. */

import type { PeerId } from '../../contract/index.ts';
import type { BareJid } from '../jid.ts';
import { Clients } from './away.ts';
import type { Send } from './client.ts';
import { Entrances } from './entrances.ts';
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

export interface ViewsParts {
  readonly domain: string;
  readonly host: RoomsHost;
  readonly send: Send;
  /** See `ComponentStream.full`. */
  readonly full: () => Promise<void> | undefined;
  /** A history could not be had. */
  readonly failed: (error: unknown) => void;
}

export class Views {
  readonly farewells: Farewells;
  readonly #parts: ViewsParts;
  readonly #entrances: Entrances;
  readonly #users = new Map<BareJid, User>();
  readonly #space = new Space();
  #count = 0;

  constructor(parts: ViewsParts) {
    const { host, send, full } = parts;
    this.#parts = parts;
    this.#entrances = new Entrances(full);
    this.farewells = new Farewells({
      ...{ send, full },
      told: ({ room, client }) => host.wasTold(room, client),
    });
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
    const { host, send, failed } = this.#parts;
    const view = new View({
      ...{ user, local, room, address: this.addressOf(local) },
      ...{ host, send, failed, share: of.share, entrances: this.#entrances },
      ended: (ended) => this.#ended(ended),
      came: (client) => of.clients.came(client),
      left: (client) => this.#left(user, of, client),
      untold: (lost) => this.farewells.add(lost),
    });
    this.#users.set(user, of);
    of.views.set(local, view);
    this.#count++;
    return view;
  }

  /** Bare JID of a room. */
  addressOf(local: string): string {
    return `${local}@${this.#parts.domain}`;
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
    if (clients?.says(client, words) === true) this.#parts.host.away(user, clients.words);
  }

  /** The stream is gone: nobody sees anything any more. */
  loseStream(): void {
    for (const view of this.all()) view.loseStream();
  }

  #ended({ user, local }: View): void {
    const of = this.#users.get(user);
    if (of?.views.delete(local) !== true) return;
    this.#count--;
    if (of.views.size > 0) return;
    this.#users.delete(user);
    // Whoever is in no room is away from none; and when he comes again nothing is known of this.
    if (of.clients.words !== undefined) this.#parts.host.away(user, undefined);
  }

  #newUser(): User {
    return { views: new Map(), clients: new Clients(), share: this.#space.share() };
  }

  #left(user: BareJid, { clients }: User, client: string): void {
    if (clients.left(client)) this.#parts.host.away(user, clients.words);
  }
}
