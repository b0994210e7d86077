/**
 * One connection of one account to one server, until it ends: it never comes back by itself. What it
 * is told and what it tells are checked, and whatever the server sends, nothing is thrown.
 */

import { fold } from '../text/case.ts';
import type { Outcome } from './acknowledgement.ts';
import { Capabilities } from './capabilities.ts';
import { charsetOf } from './charset.ts';
import type { WireClocks } from './clock.ts';
import { endingOf } from './ending.ts';
import type { Ending, WireEvent } from './events.ts';
import { type Features, FIRST_FEATURES, withFeatures } from './features.ts';
import {
  type Command,
  encodeCtcp,
  encodeLine,
  FIRST_LIMITS,
  type Params,
  textBytes,
  type WireLine,
} from './line.ts';
import { type Message, readMessage, readSource, type Source } from './message.ts';
import { Names } from './names.ts';
import { Splits } from './netsplit.ts';
import { Outbox, type Waiting } from './outbox.ts';
import { readEvent } from './reading.ts';
import { type Identity, Registration } from './registration.ts';
import { Self } from './self.ts';
import type { Pace } from './throttle.ts';
import { type Endpoint, Transport, type TransportEnd } from './transport.ts';

export interface WireOptions {
  readonly endpoint: Endpoint;
  readonly identity: Identity;
  readonly pace: Pace;
  readonly clocks: WireClocks;
  /** What is no UTF-8 is this: a label of the Encoding Standard. See `charsetOf`. */
  readonly charset?: string;
  /** In the order of the network. Not called before the constructor returns. */
  readonly onEvent: (event: WireEvent) => void;
  /** Something here, or in `onEvent`, threw. Only the line at which it did is lost. */
  readonly onFault: (error: unknown) => void;
}

export type TextKind = 'message' | 'notice' | 'action';

/** Until the server knows us. */
const SETUP_MS = 60_000;
/** After so long without a word the server is asked for one, and after so long it is gone. */
const SILENT_MS = 45_000;
const GONE_MS = 75_000;
const QUIT_MS = 5_000;
const MAX_REASON_BYTES = 200;

export class Wire {
  readonly #options: WireOptions;
  readonly #transport: Transport;
  readonly #outbox: Outbox;
  readonly #capabilities: Capabilities;
  readonly #registration: Registration;
  readonly #self: Self;
  readonly #names = new Names();
  readonly #splits: Splits;
  readonly #onTick = (): void => this.#watch();
  #features = FIRST_FEATURES;
  #isRegistered = false;
  #isClosed = false;
  /** Known before the connection is closed. The first reason is the true one. */
  #ending: { readonly why: Ending; readonly words: string } | undefined;
  #heardAt: number;
  #isAsked = false;
  /** By the clock: for the registration, or for the end. */
  #patienceUntil: number;

  /**
   * Connects.
   * @throws LineError for an identity that can not be sent, RangeError for a charset that is unknown
   */
  constructor(options: WireOptions) {
    const { identity, clocks, endpoint, charset } = options;
    this.#options = options;
    this.#self = new Self(identity.nick);
    this.#splits = new Splits((event) => this.#guarded(() => options.onEvent(event)));
    this.#capabilities = new Capabilities(identity.login !== undefined);
    this.#registration = new Registration({
      identity,
      capabilities: this.#capabilities,
      // What lets us in is not counted: servers measure the pace of those whom they know.
      write: (line) => (this.#isRegistered ? this.#outbox.now(line) : this.#transport.write(line)),
      fail: (why, words) => this.#fail(why, words),
    });
    this.#heardAt = clocks.watch.now();
    this.#patienceUntil = this.#heardAt + SETUP_MS;
    this.#transport = new Transport(endpoint, charsetOf(charset), {
      opened: () => this.#guarded(() => this.#onOpened()),
      line: (text) => this.#guarded(() => this.#onLine(text)),
      turn: () => this.#splits.flush(),
      closed: (end) => this.#guarded(() => this.#onClosed(end)),
    });
    this.#outbox = new Outbox({
      pace: options.pace,
      clock: clocks.pace,
      write: (line) => this.#transport.write(line),
      canWrite: () => !this.#transport.isCongested,
      acknowledgement: () => this.#capabilities.acknowledgement,
      fold: (name) => this.fold(name),
    });
    clocks.watch.add(this.#onTick);
  }

  /** Our own, as the server has it now. */
  get nick(): string {
    return this.#self.nick;
  }

  /** Whether something can be sent. */
  get isRegistered(): boolean {
    return this.#isRegistered && !this.#isClosed && this.#ending === undefined;
  }

  /** Whether something of what was given to `send` has not left yet. */
  get isHeldBack(): boolean {
    return this.#outbox.isHeldBack;
  }

  get features(): Features {
    return this.#features;
  }

  /** Whether an IRCv3 capability is switched on. */
  has(capability: string): boolean {
    return this.#capabilities.has(capability);
  }

  /** For comparing names as this server does. */
  fold(name: string): string {
    return fold(name, this.#features.caseMapping);
  }

  /** How many bytes of UTF-8 one text to that target may have, so that everybody gets all of it. */
  textBytes(target: string, kind: TextKind = 'message'): number {
    return textBytes(this.#self.limits(this.#features), target, kind === 'action');
  }

  /**
   * Any command; for a text use `sendText`. It leaves ahead of all texts.
   * @returns false when it is not sent: too much waits, or there is no connection
   * @throws LineError
   */
  send<C extends Command>(command: C, ...params: Params<C>): boolean {
    const line = encodeLine(this.#self.limits(this.#features), command, ...params);
    return this.isRegistered && this.#outbox.soon(line);
  }

  /**
   * One line of text: see `splitText`. Resolves when it is known what became of it.
   * @throws LineError where it can not be sent, and what `leave` threw
   */
  async sendText(
    target: string,
    text: string,
    { kind, ...waiting }: Waiting & { readonly kind: TextKind },
  ): Promise<Outcome> {
    const line = this.#textLine(target, text, kind);
    if (!this.isRegistered) return { is: 'unsent' };
    return this.#outbox.text({ line, target, kind, text }, waiting);
  }

  /** Answers a question of CTCP. @throws LineError */
  answerCtcp(nick: string, tag: 'VERSION' | 'PING' | 'TIME', text: string): boolean {
    const limits = this.#self.limits(this.#features);
    return this.isRegistered && this.#outbox.soon(encodeCtcp(limits, 'NOTICE', nick, tag, text));
  }

  /** Reads no more until `resume`, so that the server has to wait. */
  pause(): void {
    this.#transport.pause();
  }

  resume(): void {
    this.#transport.resume();
  }

  /** Says good-bye ahead of all that waits, which is not sent; `closed` follows within seconds. */
  quit(reason: string): void {
    if (this.#ending !== undefined) return;
    this.#ending = { why: 'quit', words: 'we said good-bye' };
    if (!this.#isRegistered) {
      this.destroy();
      return;
    }
    this.#patienceUntil = this.#options.clocks.watch.now() + QUIT_MS;
    const words = Buffer.from(reason.replace(/\p{Cc}/gu, ' ')).subarray(0, MAX_REASON_BYTES);
    const whole = words.toString().replace(/\ufffd+$/, '');
    this.#outbox.finish(encodeLine(FIRST_LIMITS, 'QUIT', whole));
  }

  /** At once, without a word. `closed` follows. */
  destroy(): void {
    this.#transport.destroy({ why: 'ended', words: 'we closed the connection' });
  }

  #textLine(target: string, text: string, kind: TextKind): WireLine {
    const limits = this.#self.limits(this.#features);
    if (kind === 'action') return encodeCtcp(limits, 'PRIVMSG', target, 'ACTION', text);
    return encodeLine(limits, kind === 'notice' ? 'NOTICE' : 'PRIVMSG', target, text);
  }

  /** What goes wrong at one line reaches neither another connection nor the next line. */
  #guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#options.onFault(error);
    }
  }

  #onOpened(): void {
    const { password, login } = this.#options.identity;
    if ((password ?? login) !== undefined && !this.#transport.isPrivate) {
      this.#fail('insecure', 'a password is not sent over a connection without TLS');
      return;
    }
    this.#registration.start();
  }

  #onLine(text: string): void {
    this.#heardAt = this.#options.clocks.watch.now();
    this.#isAsked = false;
    const message = readMessage(text);
    if (message === undefined) return;
    switch (message.command) {
      case 'PING':
        this.#outbox.now(encodeLine(FIRST_LIMITS, 'PONG', message.params.at(-1) ?? ''));
        return;
      case 'ERROR':
        this.#onError(wordsOf(message));
        return;
      case '005':
        this.#features = withFeatures(this.#features, message.params);
        return;
      case '396':
        this.#learn(readSource(`${this.nick}!@${message.params[1] ?? ''}`));
        return;
    }
    if (this.#isRegistered) this.#take(message);
    else this.#register(message);
  }

  /** Until the message of the day is over, or missing: by then all of 005 has come. */
  #register(message: Message): void {
    const { command } = message;
    if (command === '465') this.#ending ??= { why: 'banned', words: wordsOf(message) };
    this.#registration.take(message);
    const { nick, account } = this.#registration;
    if (nick === undefined || (command !== '376' && command !== '422')) return;
    this.#self.learn({ nick, user: '', host: '' });
    this.#isRegistered = true;
    this.#patienceUntil = Number.POSITIVE_INFINITY;
    this.#splits.take({ is: 'registered', nick, ...(account === undefined ? {} : { account }) });
  }

  #take(message: Message): void {
    const { command, params } = message;
    const label = this.#outbox.labelOf(message.tag('label'), message.tag('batch'));
    const [first = '', second = ''] = params;
    switch (command) {
      case 'CAP':
        this.#registration.take(message);
        return;
      case 'BATCH':
        this.#outbox.batch(first, label);
        return;
      case 'PONG':
        this.#onPong(params.at(-1) ?? '');
        return;
      case '353':
        this.#names.add(params, this.#features, this.fold(params.at(-2) ?? ''));
        return;
      case '366':
        this.#give(this.#names.end(second, this.fold(second), this.#features.channelTypes));
        return;
      case 'KILL':
        if (this.#isOwn(first)) this.#ending ??= { why: 'killed', words: wordsOf(message) };
        return;
    }
    this.#give(this.#eventOf(message), label);
  }

  #eventOf(message: Message): WireEvent | undefined {
    const event = readEvent(message, {
      nick: this.nick,
      features: this.#features,
      now: Date.now(),
      has: (capability) => this.has(capability),
    });
    const { source } = message;
    if (source !== undefined && this.#isOwn(source.nick)) {
      this.#learn(event?.is === 'nick' ? { ...source, nick: event.to } : source);
    }
    if (event?.is === 'person' && this.#isOwn(event.who.nick)) this.#learn(event.who);
    return event;
  }

  #learn(self: Source | undefined): void {
    if (self !== undefined) this.#self.learn(self);
  }

  #isOwn(nick: string): boolean {
    return this.fold(nick) === this.fold(this.nick);
  }

  #give(event: WireEvent | undefined, label?: number): void {
    if (event !== undefined && this.#outbox.isAnswer(event, label)) return;
    if (label !== undefined) this.#outbox.labelled(label);
    if (event !== undefined) this.#splits.take(event);
  }

  #onPong(token: string): void {
    if (this.#outbox.pong(token) || token === 'alive') return;
    this.#give({ is: 'pong', token });
  }

  /** It says more than a 465 before it. */
  #onError(words: string): void {
    const why = endingOf(words);
    const isBetter = this.#ending?.why === 'banned' && why !== 'lost';
    if (this.#ending === undefined || isBetter) this.#ending = { why, words };
  }

  #fail(why: Ending, words: string): void {
    this.#ending ??= { why, words };
    this.destroy();
  }

  /** Every few seconds, together with all other connections. */
  #watch(): void {
    const now = this.#options.clocks.watch.now();
    const silentMs = now - this.#heardAt;
    if (now > this.#patienceUntil || silentMs > GONE_MS) {
      this.#fail('silent', 'the server said nothing for too long');
    } else if (silentMs > SILENT_MS && !this.#isAsked && this.#isRegistered) {
      this.#isAsked = true;
      this.#outbox.now(encodeLine(FIRST_LIMITS, 'PING', 'alive'));
    }
  }

  #onClosed(end: TransportEnd): void {
    this.#isClosed = true;
    this.#options.clocks.watch.delete(this.#onTick);
    this.#outbox.close();
    this.#splits.take({ is: 'closed', ...(this.#ending ?? endingBy(end)) });
  }
}

function endingBy({ why, words }: TransportEnd): { readonly why: Ending; readonly words: string } {
  switch (why) {
    case 'unreachable':
    case 'untrusted':
    case 'lost':
      return { why, words };
    case 'ended':
      return { why: 'lost', words };
    case 'line-too-long':
      return { why: 'misbehaved', words };
  }
}

function wordsOf({ params }: Message): string {
  return (params.at(-1) ?? '').slice(0, 200);
}
