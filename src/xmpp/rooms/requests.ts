/** What is asked of a room, or of somebody in it: each request has its answer, though not always at once. */

import type { PeerId, Refusal } from '../../contract/index.ts';
import { NS_DISCO_INFO, NS_DISCO_ITEMS } from '../disco.ts';
import { answerIq, type IqAnswer, type Self } from '../iq.ts';
import { bareJid, formatJid, type Jid } from '../jid.ts';
import type { Addresses } from '../stanza/addresses.ts';
import { ARCHIVE_FEATURES, NS_ARCHIVE } from '../stanza/archive-query.ts';
import { type Element, element } from '../xml/element.ts';
import { roomInfo, roomItems } from './about.ts';
import type { LaterAnswer, RoomAnswer } from './answer.ts';
import { answerArchive } from './archive.ts';
import { banned, changed, listed, readWanted } from './moderation.ts';
import { NS_MUC_ADMIN, NS_MUC_OWNER } from './namespaces.ts';
import type { Shown } from './occupants.ts';
import type { RoomsHost } from './port.ts';
import type { View } from './view.ts';
import type { Views } from './views.ts';

/** So long a room is asked about on the network before the answer says only what is known here. */
const DESCRIBE_MS = 3_000;
const MAX_DESCRIBING = 100;

/** XEP-0410 §3: whoever is told this knows that he has to join again. */
const NOT_IN: Refusal = {
  condition: 'not-acceptable',
  type: 'cancel',
  text: 'You are not in this room. Please join it.',
};
const NOBODY: Refusal = {
  condition: 'item-not-found',
  type: 'cancel',
  text: 'There is nobody of this name in the room.',
};
const NO_SETTINGS: Refusal = {
  condition: 'feature-not-implemented',
  type: 'cancel',
  text: 'This room has no settings here. They are those of the network.',
};
const FORBIDDEN: Refusal = {
  condition: 'forbidden',
  type: 'cancel',
  text: 'Only who is in the room can ask for this.',
};

type Request = Addresses & { readonly local: string };
type Answering = RoomAnswer | Promise<RoomAnswer> | LaterAnswer;

export class Requests {
  readonly #views: Views;
  readonly #host: RoomsHost;
  readonly #self: Self;
  /** The type of a room's identity. */
  readonly #type: string;
  #describing = 0;

  constructor(views: Views, host: RoomsHost, self: Self, type: string) {
    this.#views = views;
    this.#host = host;
    this.#self = self;
    this.#type = type;
  }

  /** @param iq of type `get` or `set` */
  answer(iq: Element, request: Request, room: PeerId): Answering {
    const { from, to, local } = request;
    const view = this.#views.find(bareJid(from), local);
    const inside = view?.isIn(formatJid(from)) === true ? view : undefined;
    if (to.resource !== undefined) return this.#ofOccupant(iq, to.resource, inside);
    const [asked, second] = iq.children.filter((found) => typeof found !== 'string');
    // What a room does not know better is answered as it is for everybody behind the gateway.
    if (asked === undefined || second !== undefined) return this.#asContact(iq);
    switch (asked.ns) {
      case NS_DISCO_INFO:
        return iq.attrs.type === 'get' ? this.#info(asked, request, room) : this.#asContact(iq);
      case NS_DISCO_ITEMS:
        return iq.attrs.type === 'get' ? this.#items(asked, from, inside) : this.#asContact(iq);
      case NS_MUC_ADMIN:
        if (inside === undefined) return { refusal: FORBIDDEN };
        return this.#moderate(iq, asked, from, inside);
      case NS_ARCHIVE:
        return this.#archive(iq, asked, request, room);
      case NS_MUC_OWNER:
        return { refusal: NO_SETTINGS };
      default:
        return this.#asContact(iq);
    }
  }

  /** XEP-0410: a client asks whether it is still in, by a ping to itself; answered without its help. */
  #ofOccupant(iq: Element, name: string, inside: View | undefined): IqAnswer {
    if (inside === undefined) return { refusal: NOT_IN };
    if (inside.occupants?.byName(name) === undefined) return { refusal: NOBODY };
    return this.#asContact(iq);
  }

  #asContact(iq: Element): IqAnswer {
    return answerIq(iq, { is: 'contact' }, this.#self);
  }

  #info(asked: Element, { from, local }: Request, room: PeerId): IqAnswer | Promise<IqAnswer> {
    const { node } = asked.attrs;
    // §7.12. A nick that is reserved for who asks: there is none.
    if (node === 'x-roomuser-item') return { result: element('query', NS_DISCO_INFO, { node }) };
    if (node !== undefined) return { refusal: { ...NOBODY, text: 'There is no such node.' } };
    const facts = {
      type: this.#type,
      name: this.#host.nameOf(room),
      features: this.#host.archive === undefined ? [] : ARCHIVE_FEATURES,
      invites: this.#host.invite !== undefined,
    };
    const user = bareJid(from);
    const view = this.#views.find(user, local);
    if (view?.occupants !== undefined) {
      const { subject, occupants } = view;
      const known = { name: facts.name, subject, occupants: occupants.size };
      return { result: roomInfo({ ...facts, known }) };
    }
    if (this.#describing >= MAX_DESCRIBING)
      return { result: roomInfo({ ...facts, known: undefined }) };
    this.#describing++;
    const signal = AbortSignal.timeout(DESCRIBE_MS);
    return this.#host
      .describe(user, room, signal)
      .then((known) => ({ result: roomInfo({ ...facts, known }) }))
      .finally(() => {
        this.#describing--;
      });
  }

  /** Also for who is not in it: it is his own, of what he heard while he was. */
  #archive(iq: Element, asked: Element, request: Request, room: PeerId): RoomAnswer | LaterAnswer {
    const { archive } = this.#host;
    if (archive === undefined) return this.#asContact(iq);
    const address = this.#views.addressOf(request.local);
    return answerArchive(archive, iq, asked, { ...request, room, address });
  }

  /** Who is not in it is not told who is. */
  #items({ attrs }: Element, from: Jid, inside: View | undefined): IqAnswer | LaterAnswer {
    if (attrs.node !== undefined) return { refusal: { ...NOBODY, text: 'There is no such node.' } };
    if (inside === undefined) return { result: roomItems('', []) };
    const client = formatJid(from);
    const occupants = () => (inside.isIn(client) ? inside.occupants : undefined) ?? [];
    return { later: () => ({ result: roomItems(inside.address, namesOf(occupants())) }) };
  }

  #moderate(iq: Element, asked: Element, from: Jid, view: View): Answering {
    if (iq.attrs.type === 'get') {
      const wanted = readWanted(asked);
      if ('condition' in wanted) return { refusal: wanted };
      if (wanted.affiliation === 'outcast') {
        return banned(view, this.#host, this.#self.domain).then(answerBy);
      }
      const client = formatJid(from);
      return {
        later: () =>
          view.isIn(client) ? { result: listed(wanted, view) } : { refusal: FORBIDDEN },
      };
    }
    return changed(asked, view, this.#host, this.#self.domain).then((refusal) =>
      refusal === undefined ? { result: undefined } : { refusal },
    );
  }
}

function answerBy(list: Element | Refusal): IqAnswer {
  return 'condition' in list ? { refusal: list } : { result: list };
}

function* namesOf(occupants: Iterable<Shown>): Iterable<string> {
  for (const { name } of occupants) yield name;
}
