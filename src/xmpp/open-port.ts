/**
 * The port of one domain: what users say is handed to the listener, what asks for an answer that is
 * known here gets it at once, and every stanza that wants something of us gets something back.
 */

import type { AdapterLog, Refusal } from '../contract/index.ts';
import { Answers } from './answers.ts';
import { discoOf } from './disco.ts';
import { entityAt, malformed } from './entity.ts';
import { answerIq, isRequest, type Self } from './iq.ts';
import { bareJid, formatJid, JidError, parseJid } from './jid.ts';
import { LargeAnswers } from './large-answers.ts';
import {
  type IncomingText,
  type OutgoingMessage,
  UnserialisableError,
  type XmppListener,
  type XmppPort,
  type XmppPortOptions,
} from './port.ts';
import { answerPresence } from './presence.ts';
import { Refusals } from './refusals.ts';
import { Face } from './rooms/face.ts';
import type { Rooms, RoomsHost } from './rooms/port.ts';
import { type Addresses, readJid } from './stanza/addresses.ts';
import { errorReply, writeError } from './stanza/error.ts';
import { readId } from './stanza/id.ts';
import { readMessage, writeMessage } from './stanza/message.ts';
import { type ComponentStream, openStream } from './stream.ts';
import { type Element, element, NS_COMPONENT } from './xml/element.ts';

const BROKEN: Refusal = {
  condition: 'internal-server-error',
  type: 'cancel',
  text: 'Something went wrong at the gateway. It is not certain that this was done.',
};

const NOT_TO_BE_WRITTEN: Refusal = {
  condition: 'internal-server-error',
  type: 'cancel',
  text: 'The answer is too long, or has something in it that can not be sent.',
};

export interface OpenPortOptions extends XmppPortOptions {
  /** Left out where there are no rooms behind the gateway. */
  readonly rooms?: RoomsHost | undefined;
}

export interface OpenPort extends XmppPort {
  /** Undefined where there are none. */
  readonly rooms: Rooms | undefined;
  /** See `ComponentStream.full`. */
  readonly full: Promise<void> | undefined;
}

/**
 * Nothing is connected before `start`.
 * @param open how the stream is made
 * @throws JidError when `options.domain` is none
 */
export function openPort(
  options: OpenPortOptions,
  listener: XmppListener,
  log: AdapterLog,
  open: typeof openStream = openStream,
): OpenPort {
  return new Port(options, listener, log, open);
}

class Port implements OpenPort {
  readonly domain: string;
  readonly #face: Face | undefined;
  readonly #knows: XmppPortOptions['knows'];
  readonly #self: Self;
  readonly #listener: XmppListener;
  readonly #log: AdapterLog;
  readonly #stream: ComponentStream;
  readonly #answers = new Answers((answer) => void this.#post(answer));
  readonly #refusals = new Refusals({
    send: (stanza) => this.#post(stanza),
    full: () => this.full,
    unsaid: (to) => this.#listener.unsaid(to),
    warn: (fields, text) => this.#log.warn(fields, text),
  });
  readonly #largeAnswers = new LargeAnswers(
    (answer) => void this.#post(answer),
    () => this.full,
  );

  constructor(
    options: OpenPortOptions,
    listener: XmppListener,
    log: AdapterLog,
    open: typeof openStream,
  ) {
    const { secret, host, port, tls, title, version, knows, rooms, gatewayType } = options;
    const { beforeLive, server } = options;
    const { domain } = parseJid(options.domain);
    this.domain = domain;
    this.#knows = knows;
    this.#self = {
      domain,
      title,
      version,
      disco: discoOf({ ...options, domain }, rooms !== undefined),
    };
    this.#listener = listener;
    this.#log = log;
    this.#stream = open({
      ...{ domain, secret, host, port, tls, log, beforeLive, server },
      listener: {
        stanza: (stanza) => this.#stanza(stanza),
        online: (server) => {
          this.#refusals.report();
          this.#face?.online();
          listener.online(server);
        },
        offline: (reason, lastCertainAt) => {
          this.#answers.clear();
          this.#largeAnswers.clear();
          this.#face?.offline();
          listener.offline(reason, lastCertainAt);
        },
      },
    });
    this.#face =
      rooms &&
      new Face(rooms, {
        ...{ self: this.#self, type: gatewayType, log },
        send: (stanza) => this.#post(stanza),
        refuse: (writer, error) => this.#refusals.say(writer, error),
        full: () => this.full,
        answer: (to, ...answer) => this.#answers.give(to, ...answer),
        answerLater: (to, make) => this.#largeAnswers.ask(to, make),
      });
  }

  get rooms(): Rooms | undefined {
    return this.#face;
  }

  get online(): boolean {
    return this.#stream.online;
  }

  get certainAt(): number | undefined {
    return this.#stream.certainAt;
  }

  get full(): Promise<void> | undefined {
    return this.#stream.full;
  }

  deliver(message: OutgoingMessage): Promise<void> {
    return this.#stream.deliver(writeMessage(message, this.domain, Date.now()));
  }

  send(message: OutgoingMessage): void {
    this.#post(writeMessage(message, this.domain, Date.now()));
  }

  refuse(message: IncomingText, refusal: Refusal): void {
    // Not bounded as the other answers are: whoever wrote must hear of every message that was not taken.
    this.#refusals.say(message.from, errorReply('message', message, refusal, this.domain));
  }

  start(): void {
    this.#stream.start();
  }

  async stop(capMs: number): Promise<void> {
    this.#face?.shutDown();
    await this.#stream.stop(capMs);
    this.#answers.clear();
    this.#largeAnswers.clear();
  }

  #stanza(stanza: Element): void {
    const from = readJid(stanza.attrs.from);
    const id = readId(stanza.attrs.id);
    // There is nobody to answer; or it is our own voice, which must not be answered.
    if (from instanceof JidError || from.domain === this.domain) {
      this.#ignore(stanza);
      return;
    }

    const to = readJid(stanza.attrs.to);
    if (to instanceof JidError) {
      const addresses = { from, to: { domain: this.domain }, id };
      this.#refuseIfAsked(stanza, addresses, malformed(to));
      return;
    }
    // A server that is set up wrong gives us another component's stanzas. We can not speak for it.
    if (to.domain !== this.domain) {
      this.#ignore(stanza);
      return;
    }

    const addresses = { from, to, id };
    try {
      if (this.#face?.take(stanza, addresses) === true) return;
      if (stanza.name === 'message') this.#message(stanza, addresses);
      if (stanza.name === 'iq') this.#iq(stanza, addresses);
      if (stanza.name === 'presence') this.#presence(stanza, addresses);
    } catch (error) {
      this.#log.error({ stanza: stanza.name, ...fault(error) }, 'a stanza could not be handled');
      this.#refuseIfAsked(stanza, addresses, BROKEN);
    }
  }

  #message(stanza: Element, addresses: Addresses): void {
    const reading = readMessage(stanza, addresses);
    if (reading.is === 'for the listener') this.#listener.message(reading.message);
    if (reading.is === 'refused') this.#refuse('message', addresses, reading.refusal);
  }

  #iq(stanza: Element, addresses: Addresses): void {
    const { from, to, id } = addresses;
    // Without its id no client would know what the answer is for.
    if (!isRequest(stanza) || id === undefined) return;
    const answer = answerIq(stanza, entityAt(to, from, this.#knows), this.#self);
    if ('refusal' in answer) {
      this.#refuse('iq', addresses, answer.refusal);
    } else {
      const attrs = { type: 'result', id, from: formatJid(to), to: formatJid(from) };
      this.#answers.give(bareJid(from), element('iq', NS_COMPONENT, attrs, [answer.result]));
    }
  }

  #presence(stanza: Element, addresses: Addresses): void {
    const { from, to } = addresses;
    const at = entityAt(to, from, this.#knows);
    const answer = answerPresence(stanza, addresses, at, this.#self.disco, this.domain);
    this.#answers.give(bareJid(from), ...answer);
  }

  /** Nothing that nobody waits for is answered, and no error ever is. */
  #refuseIfAsked(stanza: Element, addresses: Addresses, refusal: Refusal): void {
    switch (stanza.name) {
      case 'message': {
        const reading = readMessage(stanza, addresses);
        const says = reading.is === 'for the listener' && reading.message.content === 'text';
        if (says || reading.is === 'refused') this.#refuse('message', addresses, refusal);
        return;
      }
      case 'iq':
        if (isRequest(stanza) && addresses.id !== undefined) this.#refuse('iq', addresses, refusal);
        return;
      case 'presence':
        if (stanza.attrs.type === 'subscribe') this.#refuse('presence', addresses, refusal);
    }
  }

  #refuse(kind: 'message' | 'iq' | 'presence', failed: Addresses, refusal: Refusal): void {
    const error = errorReply(kind, failed, refusal, this.domain);
    // See `refuse`.
    if (kind === 'message') this.#refusals.say(failed.from, error);
    else this.#answers.give(bareJid(failed.from), error);
  }

  /** @returns false where it would have to wait: see `ComponentStream.send` */
  #post(stanza: Element): boolean {
    try {
      return this.#stream.send(stanza);
    } catch (error) {
      if (!(error instanceof UnserialisableError)) throw error;
      this.#log.warn({ stanza: stanza.name }, 'a stanza of ours could not be written');
      return this.#answerInstead(stanza);
    }
  }

  /** Of a stanza that can not be written. Whoever waits for an answer has one. */
  #answerInstead({ name, attrs }: Element): boolean {
    if (name !== 'iq' || attrs.type !== 'result') return true;
    const error = writeError(NOT_TO_BE_WRITTEN, this.domain);
    return this.#post(element('iq', NS_COMPONENT, { ...attrs, type: 'error' }, [error]));
  }

  #ignore(stanza: Element): void {
    this.#log.debug({ stanza: stanza.name }, 'a stanza was ignored for its addresses');
  }
}

/** Where it happened. Not the message of the error, which may quote what a user wrote. */
function fault(error: unknown): { error: string; at: string | undefined } {
  if (!(error instanceof Error)) return { error: typeof error, at: undefined };
  return { error: error.name, at: /^ {4}at .*$/m.exec(error.stack ?? '')?.[0].trim() };
}
