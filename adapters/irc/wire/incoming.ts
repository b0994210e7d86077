/** What the lines of a server mean: first who we are there, then what happens. */

import { Capabilities } from './capabilities.ts';
import type { EndCause } from './ending.ts';
import type { Ending, WireEvent } from './events.ts';
import { type Features, FIRST_FEATURES, withFeatures } from './features.ts';
import { encodeLine, FIRST_LIMITS, type WireLine } from './line.ts';
import { type Message, readMessage, readSource, type Source } from './message.ts';
import { Names } from './names.ts';
import type { Outbox } from './outbox.ts';
import { readEvent } from './reading.ts';
import { type Identity, Registration } from './registration.ts';
import type { Self } from './self.ts';

export interface IncomingOptions {
  readonly identity: Identity;
  readonly self: Self;
  readonly outbox: Outbox;
  readonly cause: EndCause;
  /** For comparing names as the server does. */
  readonly fold: (name: string) => string;
  /** In the order of the lines. */
  readonly give: (event: WireEvent) => void;
  /** At once, counted by nobody. */
  readonly write: (line: WireLine) => void;
  /** There is no way in. */
  readonly fail: (why: Ending, words: string) => void;
}

export class Incoming {
  readonly #options: IncomingOptions;
  readonly #capabilities: Capabilities;
  readonly #registration: Registration;
  readonly #names = new Names();
  #features = FIRST_FEATURES;
  #isRegistered = false;

  /** @throws LineError for an identity that can not be sent */
  constructor(options: IncomingOptions) {
    const { identity, outbox, write, fail } = options;
    this.#options = options;
    this.#capabilities = new Capabilities(identity.login !== undefined);
    this.#registration = new Registration({
      identity,
      capabilities: this.#capabilities,
      // What lets us in is not counted: servers measure the pace of those whom they know.
      write: (line) => (this.#isRegistered ? outbox.now(line) : write(line)),
      fail,
    });
  }

  get features(): Features {
    return this.#features;
  }

  /** The server knows us. */
  get isRegistered(): boolean {
    return this.#isRegistered;
  }

  /** What the server and we have agreed upon. */
  get capabilities(): Pick<Capabilities, 'has' | 'acknowledgement'> {
    return this.#capabilities;
  }

  /** The connection is open: asks to be let in. */
  begin(): void {
    this.#registration.start();
  }

  line(text: string): void {
    const { outbox, cause, self } = this.#options;
    const message = readMessage(text);
    if (message === undefined) return;
    switch (message.command) {
      case 'PING':
        outbox.now(encodeLine(FIRST_LIMITS, 'PONG', message.params.at(-1) ?? ''));
        return;
      case 'ERROR':
        cause.said(wordsOf(message));
        return;
      case '005':
        this.#features = withFeatures(this.#features, message.params);
        return;
      case '396':
        this.#learn(readSource(`${self.nick}!@${message.params[1] ?? ''}`));
        return;
    }
    if (this.#isRegistered) this.#take(message);
    else this.#register(message);
  }

  /** Until the message of the day is over, or missing: by then all of 005 has come. */
  #register(message: Message): void {
    const { cause, self, give } = this.#options;
    const { command } = message;
    if (command === '465') cause.is('banned', wordsOf(message));
    this.#registration.take(message);
    const { nick, account } = this.#registration;
    if (nick === undefined || (command !== '376' && command !== '422')) return;
    self.learn({ nick, user: '', host: '' });
    this.#isRegistered = true;
    give({ is: 'registered', nick, ...(account === undefined ? {} : { account }) });
  }

  #take(message: Message): void {
    const { outbox, cause, fold } = this.#options;
    const { command, params } = message;
    const label = outbox.labelOf(message.tag('label'), message.tag('batch'));
    const [first = '', second = ''] = params;
    switch (command) {
      case 'CAP':
        this.#registration.take(message);
        return;
      case 'BATCH':
        outbox.batch(first, label);
        return;
      case 'PONG':
        this.#onPong(params.at(-1) ?? '');
        return;
      case '353':
        this.#names.add(params, this.#features, fold(params.at(-2) ?? ''));
        return;
      case '366':
        this.#give(this.#names.end(second, fold(second), this.#features.channelTypes));
        return;
      case 'KILL':
        if (this.#isOwn(first)) cause.is('killed', wordsOf(message));
        return;
    }
    this.#give(this.#eventOf(message), label);
  }

  #eventOf(message: Message): WireEvent | undefined {
    const { self } = this.#options;
    const event = readEvent(message, {
      nick: self.nick,
      features: this.#features,
      now: Date.now(),
      has: (capability) => this.#capabilities.has(capability),
    });
    const { source } = message;
    if (source !== undefined && this.#isOwn(source.nick)) {
      this.#learn(event?.is === 'nick' ? { ...source, nick: event.to } : source);
    }
    if (event?.is === 'person' && this.#isOwn(event.who.nick)) this.#learn(event.who);
    return event;
  }

  #learn(self: Source | undefined): void {
    if (self !== undefined) this.#options.self.learn(self);
  }

  #isOwn(nick: string): boolean {
    const { fold, self } = this.#options;
    return fold(nick) === fold(self.nick);
  }

  #give(event: WireEvent | undefined, label?: number): void {
    const { outbox, give } = this.#options;
    if (event !== undefined && outbox.isAnswer(event, label)) {
      for (const other of outbox.others()) give(other);
      return;
    }
    if (label !== undefined) outbox.labelled(label);
    if (event !== undefined) give(event);
  }

  #onPong(token: string): void {
    if (this.#options.outbox.pong(token) || token === ALIVE) return;
    this.#give({ is: 'pong', token });
  }
}

/** The token of a PING that only asks for a word. */
export const ALIVE = 'alive';

function wordsOf({ params }: Message): string {
  return (params.at(-1) ?? '').slice(0, 200);
}
