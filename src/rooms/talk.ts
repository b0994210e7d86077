/** What is said in rooms: what users say goes out by the lane, and into the archive when the network has it. */

import type {
  Addressing,
  MessageId,
  OutboundKind,
  PeerId,
  Refusal,
  RoomEvent,
} from '../contract/index.ts';
import { crashPoint, crashPointSoon } from '../crash-point.ts';
import type { StoredOutbound } from '../lanes/stored.ts';
import type { BareJid } from '../xmpp/jid.ts';
import type { IncomingText } from '../xmpp/port.ts';
import type { RoomView } from '../xmpp/rooms/port.ts';
import { Heard, type HeardOptions } from './heard.ts';
import { Loops } from './loops.ts';
import { IN_A_LOOP } from './refusals.ts';
import { nameOfStay, type Stays } from './stays.ts';

export interface TalkOptions extends HeardOptions {
  readonly addressing: Pick<Addressing<unknown>, 'personIn'>;
  /** See `Acceptor.acceptFor`. */
  readonly accept: (
    to: { readonly kind: OutboundKind; readonly peer: PeerId },
    message: IncomingText,
  ) => void;
  /** What a user said is not sent. */
  readonly refuse: (message: IncomingText, refusal: Refusal) => void;
  readonly onError: (error: unknown) => void;
}

export class Talk {
  readonly archived: Heard;
  readonly #options: TalkOptions;
  readonly #stays: Pick<Stays, 'find'>;
  readonly #loops = new Loops();

  constructor(options: TalkOptions, stays: Pick<Stays, 'find'>) {
    this.#options = options;
    this.#stays = stays;
    this.archived = new Heard(options);
  }

  toAll(view: RoomView, message: IncomingText): void {
    const { accept, refuse, now } = this.#options;
    const { user, room, nick } = view;
    const speaker = { place: nameOfStay(user, room), room, nick };
    const isMute = this.#loops.says(speaker, message.text, now());
    if (isMute) refuse(message, IN_A_LOOP);
    else accept({ kind: 'room-message', peer: room }, message);
  }

  toOne(view: RoomView, nick: string, message: IncomingText): void {
    const peer = this.#options.addressing.personIn?.(view.room, nick);
    if (peer !== undefined) this.#options.accept({ kind: 'message', peer }, message);
  }

  /** Somebody else said something. @returns its id in the archive */
  heard(view: RoomView, event: Extract<RoomEvent, { is: 'said' }>): MessageId {
    crashPoint('hear.before', this.#options.transport);
    this.#loops.heard(view.room, event.nick, event.text, this.#options.now());
    return this.archived.heard(view, event);
  }

  /** See `Host.saidInRoom`. */
  said(id: MessageId, event: StoredOutbound, parts: readonly string[]): () => void {
    const view = this.#stays.find(event.account as BareJid, event.peer)?.view;
    if (view?.self === undefined) return () => undefined;
    const reflections = this.archived.said(view, view.self, { id, event }, parts);
    return () => {
      for (const said of reflections) view.reflect(said);
      crashPointSoon('show.after', this.#options.transport);
    };
  }

  /** See `Host.wasSaidInRoom`. */
  wasSaid(id: MessageId, { account, peer }: StoredOutbound): boolean {
    try {
      return this.archived.has(account as BareJid, peer, id);
    } catch (error) {
      this.#options.onError(error);
      return false;
    }
  }
}
