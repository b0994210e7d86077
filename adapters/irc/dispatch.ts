/** What happens on a connection, and whose matter it is. */

import type { Channels } from './channels.ts';
import { Courtesy } from './courtesy.ts';
import type { Inbound } from './inbound.ts';
import type { Nick } from './nick.ts';
import type { Questions } from './questions.ts';
import type { Wire } from './wire/client.ts';
import type { ServerError, WireEvent } from './wire/events.ts';

export interface DispatchParts {
  readonly channels: Channels;
  readonly inbound: Inbound;
  readonly questions: Questions;
  readonly nick: Nick;
  readonly now: () => number;
  /** Somebody speaks to the user himself. */
  readonly spokenTo: () => void;
}

/** All but that it is open or gone, which is the link's own. */
export type Happening = Exclude<WireEvent, { is: 'registered' | 'closed' }>;

export class Dispatch {
  readonly #parts: DispatchParts;
  readonly #courtesy = new Courtesy();

  constructor(parts: DispatchParts) {
    this.#parts = parts;
  }

  happened(event: Happening, wire: Wire): void {
    const { channels, inbound, questions, nick, now } = this.#parts;
    switch (event.is) {
      case 'message':
      case 'notice':
      case 'action':
        // What we said is shown when it is acknowledged: our own words here are of another client of ours.
        if (wire.fold(event.target) !== wire.fold(wire.nick)) {
          channels.find(event.target, wire)?.said(event);
        } else if (!event.own) {
          this.#parts.spokenTo();
          inbound.said(event);
        }
        return;
      case 'ctcp':
        this.#courtesy.answer(wire, event, now());
        return;
      case 'announced':
        channels.find(event.target, wire)?.announced(event);
        return;
      case 'invited':
        if (wire.fold(event.nick) === wire.fold(wire.nick)) inbound.invited(event);
        return;
      case 'error':
        this.#failed(event, wire);
        return;
      case 'pong':
        questions.pong(event.token);
        nick.pong(wire, event.token);
        return;
      case 'reply':
        questions.reply(event, wire);
        return;
      default:
        channels.happened(event, wire);
        if (event.is === 'nick' && event.own) nick.renamed(wire, event.to);
        else if (event.is === 'nick' || event.is === 'quit') {
          nick.freed(wire, event.from.nick, now());
        }
    }
  }

  #failed(error: ServerError, wire: Wire): void {
    const { channels, questions, nick } = this.#parts;
    if (channels.failed(error, wire) || questions.error(error, wire)) return;
    nick.failed(wire, error);
  }
}
