/** The face of rooms: every stanza to the address of a room is taken here, and answered. */

import { type AdapterLog, type PeerId, type Refusal, RefusedError } from '../../contract/index.ts';
import { isRequest, type Self } from '../iq.ts';
import { type BareJid, bareJid, formatJid, type Jid } from '../jid.ts';
import type { MakeAnswer } from '../large-answers.ts';
import { HELPER } from '../port.ts';
import { answerPresence } from '../presence.ts';
import type { Addresses } from '../stanza/addresses.ts';
import { errorReply } from '../stanza/error.ts';
import { child, type Element, element, NS_COMPONENT } from '../xml/element.ts';
import type { RoomAnswer } from './answer.ts';
import { Arrivals } from './arrivals.ts';
import type { Send } from './client.ts';
import { joinError } from './join.ts';
import { NS_MUC } from './namespaces.ts';
import type { Rooms, RoomsHost, RoomView } from './port.ts';
import { Requests } from './requests.ts';
import { Talk } from './talk.ts';
import { Views } from './views.ts';

/** Who subscribes to a room has taken it for a contact. */
const NO_CONTACT: Refusal = {
  condition: 'not-allowed',
  type: 'cancel',
  text: 'This is a room and no contact. Please join it.',
};
const BROKEN: Refusal = {
  condition: 'internal-server-error',
  type: 'cancel',
  text: 'Something went wrong at the gateway. It is not certain that this was done.',
};

const TOO_MUCH: Refusal = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'Too many of your questions wait for an answer. Please ask again later.',
};

/** What the face is given. */
export interface FaceParts {
  readonly self: Self;
  /** The type of a room's identity, in the category `conference`. */
  readonly type: string;
  /** Live or never, at once. */
  readonly send: Send;
  /** To the writer of a message that was not taken: see `Refusals`. */
  readonly refuse: (writer: Jid, error: Element) => void;
  /** See `ComponentStream.full`. */
  readonly full: () => Promise<void> | undefined;
  /** All that answers one stanza, as many as one sender may cause. */
  answer(to: BareJid, ...answer: readonly Element[]): void;
  /** See `LargeAnswers.ask`. */
  answerLater(to: BareJid, make: MakeAnswer): boolean;
  readonly log: AdapterLog;
}

export class Face implements Rooms {
  readonly #host: RoomsHost;
  readonly #parts: FaceParts;
  readonly #views: Views;
  readonly #arrivals: Arrivals;
  readonly #talk: Talk;
  readonly #requests: Requests;

  constructor(host: RoomsHost, parts: FaceParts) {
    const { self, type, send } = parts;
    this.#host = host;
    this.#parts = parts;
    this.#views = new Views({
      ...{ domain: self.domain, host, send, full: parts.full },
      failed: (error) => this.#failed(error),
    });
    this.#arrivals = new Arrivals(this.#views, host, (to, error) => parts.answer(to, error));
    this.#talk = new Talk(this.#views, host);
    this.#requests = new Requests(this.#views, host, self, type);
  }

  open(user: BareJid, local: string): RoomView | undefined {
    const room = this.#host.roomAt(local, user);
    return room === undefined ? undefined : this.#views.open(user, local, room);
  }

  farewell({ room, local, nick, client }: Parameters<Rooms['farewell']>[0]): void {
    const address = this.#views.addressOf(local);
    this.#views.farewells.add({ room, address, name: nick, client });
  }

  /** There is a stream: who was left behind by the last one is told. */
  online(): void {
    this.#views.farewells.flush();
  }

  /** There is none: nobody sees anything, and everybody has to come again. */
  offline(): void {
    this.#views.loseStream();
  }

  /** The last that is sent before the stream is closed. */
  shutDown(): void {
    this.#arrivals.stop();
    for (const view of this.#views.all()) view.shutDown();
  }

  /** @returns whether the stanza was for a room: then it is dealt with */
  take(stanza: Element, addresses: Addresses): boolean {
    const { local } = addresses.to;
    if (local === undefined || local === HELPER) {
      if (isPresence(stanza, 'unavailable')) this.#arrivals.gone(addresses);
      return false;
    }
    const room = this.#roomAt(local, stanza, addresses);
    if (room === undefined) return false;
    if (room === 'refused') return true;
    const toRoom = { ...addresses, local };
    if (stanza.name === 'presence') this.#presence(stanza, toRoom, room);
    if (stanza.name === 'message') this.#message(stanza, toRoom);
    if (stanza.name === 'iq') this.#iq(stanza, toRoom, room);
    return true;
  }

  #roomAt(local: string, stanza: Element, addresses: Addresses): PeerId | 'refused' | undefined {
    try {
      return this.#host.roomAt(local, bareJid(addresses.from));
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      // All else is refused for the same reason wherever it asks who is at an address.
      if (!isPresence(stanza, undefined) || child(stanza, 'x', NS_MUC) === undefined) {
        return undefined;
      }
      const { from, to, id } = addresses;
      const failed = { client: formatJid(from), id, name: to.resource ?? '' };
      const answer = joinError(this.#views.addressOf(local), failed, error.refusal);
      this.#parts.answer(bareJid(from), answer);
      return 'refused';
    }
  }

  #presence(stanza: Element, addresses: Addresses & { local: string }, room: PeerId): void {
    switch (stanza.attrs.type) {
      case undefined:
        this.#arrivals.available(stanza, addresses, room);
        return;
      case 'unavailable':
        this.#arrivals.unavailable(stanza, addresses);
        return;
      case 'error':
        this.#talk.bounced(stanza, addresses);
        return;
      default: {
        const { disco, domain } = this.#parts.self;
        const nobody = { is: 'nobody', refusal: NO_CONTACT } as const;
        const answer = answerPresence(stanza, addresses, nobody, disco, domain);
        this.#parts.answer(bareJid(addresses.from), ...answer);
      }
    }
  }

  #message(stanza: Element, addresses: Addresses & { local: string }): void {
    if (stanza.attrs.type === 'error') {
      this.#talk.bounced(stanza, addresses);
      return;
    }
    const outcome = this.#talk.message(stanza, addresses);
    const tell = (refusal: Refusal | undefined): void => {
      if (refusal !== undefined) this.#refuse('message', addresses, refusal);
    };
    if (outcome instanceof Promise) this.#later('message', addresses, outcome.then(tell));
    else tell(outcome);
  }

  #iq(stanza: Element, addresses: Addresses & { local: string }, room: PeerId): void {
    // Without its id no client would know what the answer is for.
    if (!isRequest(stanza) || addresses.id === undefined) return;
    const answer = this.#requests.answer(stanza, addresses, room);
    if (answer instanceof Promise) {
      this.#later(
        'iq',
        addresses,
        answer.then((given) => this.#give(addresses, given)),
      );
    } else if ('later' in answer) {
      this.#giveLater(addresses, answer.later);
    } else {
      this.#give(addresses, answer);
    }
  }

  #give(addresses: Addresses, answer: RoomAnswer): void {
    this.#parts.answer(bareJid(addresses.from), ...this.#written(addresses, answer));
  }

  #giveLater(addresses: Addresses, later: () => RoomAnswer): void {
    const make = () => {
      try {
        return this.#written(addresses, later());
      } catch (error) {
        this.#failed(error);
        return this.#written(addresses, { refusal: BROKEN });
      }
    };
    const isTaken = this.#parts.answerLater(bareJid(addresses.from), make);
    if (!isTaken) this.#refuse('iq', addresses, TOO_MUCH);
  }

  #written(addresses: Addresses, answer: RoomAnswer): Element[] {
    const { from, to, id } = addresses;
    if ('refusal' in answer) {
      return [errorReply('iq', addresses, answer.refusal, this.#parts.self.domain)];
    }
    const attrs = { type: 'result', id, from: formatJid(to), to: formatJid(from) };
    return [...(answer.before ?? []), element('iq', NS_COMPONENT, attrs, [answer.result])];
  }

  #later(kind: 'message' | 'iq', addresses: Addresses, done: Promise<void>): void {
    done.catch((error: unknown) => {
      this.#failed(error);
      this.#refuse(kind, addresses, BROKEN);
    });
  }

  #refuse(kind: 'message' | 'iq', failed: Addresses, refusal: Refusal): void {
    const error = errorReply(kind, failed, refusal, this.#parts.self.domain);
    // As `XmppPort.refuse`: whoever wrote must hear of every message that was not taken.
    if (kind === 'message') this.#parts.refuse(failed.from, error);
    else this.#parts.answer(bareJid(failed.from), error);
  }

  #failed(error: unknown): void {
    const name = error instanceof Error ? error.name : typeof error;
    this.#parts.log.error({ error: name }, 'something in a room could not be done');
  }
}

function isPresence(stanza: Element, type: string | undefined): boolean {
  return stanza.name === 'presence' && stanza.attrs.type === type;
}
