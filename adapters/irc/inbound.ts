/** Private messages of one connection on their way in: one after the other, each until it is stored. */

import { randomUUID } from 'node:crypto';
import type { AdapterContext, EventId, InboundMessage, OwnAddress } from 'postern/adapter';
import { peerOf } from './address.ts';
import type { IrcAccount, IrcConfig } from './config.ts';
import type { Remarks } from './remarks.ts';
import { shownText } from './shown-text.ts';
import type { Said, WireEvent } from './wire/events.ts';

export interface InboundOptions {
  readonly context: Pick<AdapterContext<IrcConfig, IrcAccount>, 'receive' | 'place'>;
  readonly server: string;
  readonly own: OwnAddress;
  readonly remarks: Pick<Remarks, 'notStoredYet' | 'unstored'>;
  /** The server is not read while too many wait. */
  readonly hold: (held: boolean) => void;
}

/** So many may wait for the store: more, and the server has to. */
const MOST_WAITING = 20;
const AGAIN_MS = 1_000;

export class Inbound {
  readonly #options: InboundOptions;
  readonly #waiting: InboundMessage[] = [];
  #isStoring = false;
  #isClosed = false;
  #again: NodeJS.Timeout | undefined;

  constructor(options: InboundOptions) {
    this.#options = options;
  }

  said(event: Said): void {
    const text = shownText(event);
    if (text === undefined) return;
    const { id, at, from } = event;
    this.#take(from.nick, text, id, at);
  }

  invited({ by, channel }: Extract<WireEvent, { is: 'invited' }>): void {
    const { server, context } = this.#options;
    const room = `${channel}%${server}@${context.place.domain}`;
    this.#take(by.nick, `I invite you to ${channel}: join ${room}`);
  }

  /** What is not stored by then never will be. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#again);
    const { remarks, server } = this.#options;
    if (this.#waiting.length > 0) remarks.unstored(server, this.#waiting.length);
    this.#waiting.length = 0;
  }

  /** @param id IRCv3 msgid: without one, no repeat could be told from a second message */
  #take(nick: string, text: string, id: string = randomUUID(), sentAt?: number): void {
    if (this.#isClosed) return;
    const { server, own, hold } = this.#options;
    this.#waiting.push({
      kind: 'message',
      eventId: `${server} ${id}` as EventId,
      to: own,
      from: peerOf(nick, server),
      text,
      ...(sentAt === undefined ? {} : { sentAt }),
    });
    if (this.#waiting.length >= MOST_WAITING) hold(true);
    if (!this.#isStoring) this.#store();
  }

  #store(): void {
    const [message] = this.#waiting;
    if (message === undefined) return;
    const { context, remarks, server, hold } = this.#options;
    this.#isStoring = true;
    context.receive(message).then(
      () => {
        this.#isStoring = false;
        if (this.#waiting.shift() === undefined) return;
        if (this.#waiting.length === MOST_WAITING - 1) hold(false);
        this.#store();
      },
      () => {
        // Later ones wait behind it, so that none overtakes.
        this.#isStoring = false;
        if (this.#isClosed) return;
        remarks.notStoredYet(server);
        this.#isStoring = true;
        this.#again = setTimeout(() => this.#store(), AGAIN_MS);
      },
    );
  }
}
