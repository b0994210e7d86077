/**
 * One connection of one account to one server, until it ends: it never comes back by itself. What it
 * is told and what it tells are checked, and whatever the server sends, nothing is thrown.
 */

import { fold } from '../text/case.ts';
import type { Outcome } from './acknowledgement.ts';
import { charsetOf } from './charset.ts';
import type { WireClocks } from './clock.ts';
import { EndCause } from './ending.ts';
import type { Ending, WireEvent } from './events.ts';
import type { Features } from './features.ts';
import { ALIVE, Incoming } from './incoming.ts';
import type { JoinRequest } from './joins.ts';
import {
  type Command,
  encodeCtcp,
  encodeLine,
  encodeQuit,
  encodeText,
  FIRST_LIMITS,
  type Params,
  textBytes,
} from './line.ts';
import { Liveness } from './liveness.ts';
import { Splits } from './netsplit.ts';
import { Outbox, type Waiting } from './outbox.ts';
import type { Identity } from './registration.ts';
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

export class Wire {
  readonly #options: WireOptions;
  readonly #transport: Transport;
  readonly #outbox: Outbox;
  readonly #incoming: Incoming;
  readonly #liveness: Liveness;
  readonly #self: Self;
  readonly #splits: Splits;
  readonly #cause = new EndCause();
  #isClosed = false;

  /**
   * Connects.
   * @throws LineError for an identity that can not be sent, RangeError for a charset that is unknown
   */
  constructor(options: WireOptions) {
    const { identity, clocks, endpoint, pace } = options;
    const charset = charsetOf(options.charset);
    this.#options = options;
    this.#self = new Self(identity.nick);
    this.#splits = new Splits((event) => this.#guarded(() => options.onEvent(event)));
    this.#outbox = new Outbox({
      pace,
      clock: clocks.pace,
      write: (line) => this.#transport.write(line),
      canWrite: () => !this.#transport.isCongested,
      acknowledgement: () => this.#incoming.capabilities.acknowledgement,
      fold: (name) => this.fold(name),
    });
    this.#incoming = new Incoming({
      ...{ identity, self: this.#self, outbox: this.#outbox, cause: this.#cause },
      fold: (name) => this.fold(name),
      give: (event) => this.#give(event),
      write: (line) => this.#transport.write(line),
      fail: (why, words) => this.#fail(why, words),
    });
    this.#transport = new Transport(endpoint, charset, {
      opened: () => this.#guarded(() => this.#onOpened()),
      line: (text) => this.#guarded(() => this.#onLine(text)),
      turn: () => this.#splits.flush(),
      closed: (end) => this.#guarded(() => this.#onClosed(end)),
    });
    this.#liveness = new Liveness({
      clock: clocks.watch,
      ask: () => this.#ask(),
      gone: () => this.#fail('silent', 'the server said nothing for too long'),
    });
  }

  /** Our own, as the server has it now. */
  get nick(): string {
    return this.#self.nick;
  }

  /** Whether something can be sent. */
  get isRegistered(): boolean {
    return this.#incoming.isRegistered && !this.#isClosed && !this.#cause.isKnown;
  }

  get features(): Features {
    return this.#incoming.features;
  }

  /** Whether an IRCv3 capability is switched on. */
  has(capability: string): boolean {
    return this.#incoming.capabilities.has(capability);
  }

  /** For comparing names as this server does. */
  fold(name: string): string {
    return fold(name, this.features.caseMapping);
  }

  /** How many bytes of UTF-8 one text to that target may have, so that everybody gets all of it. */
  textBytes(target: string, kind: TextKind = 'message'): number {
    return textBytes(this.#self.limits(this.features), target, kind === 'action');
  }

  /**
   * Any command; for a text use `sendText`. It leaves ahead of all texts.
   * @returns false when it is not sent: there is no connection; or too much waits, but a PART, without
   *   which one would be somewhere unseen
   * @throws LineError
   */
  send<C extends Command>(command: C, ...params: Params<C>): boolean {
    const line = encodeLine(this.#self.limits(this.features), command, ...params);
    return this.isRegistered && this.#outbox.soon(line, command === 'PART' ? 'surely' : 'soon');
  }

  /**
   * What nobody waits for: it leaves when no text waits.
   * @param isWanted asked in the tick in which it would leave
   * @returns false when it is not sent
   * @throws LineError
   */
  sendLater<C extends Command>(isWanted: () => boolean, command: C, ...params: Params<C>): boolean {
    const line = encodeLine(this.#self.limits(this.features), command, ...params);
    return this.isRegistered && this.#outbox.later(line, isWanted);
  }

  /**
   * Asks for a channel, together with others where it can.
   * @returns undefined when it is not asked for: too much waits, or there is no connection
   * @throws LineError
   */
  join(channel: string, key: string | undefined): JoinRequest | undefined {
    if (!this.isRegistered) return undefined;
    const { features } = this;
    return this.#outbox.join(this.#self.limits(features), features.joinTargets, channel, key);
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
    const line = encodeText(this.#self.limits(this.features), target, text, kind);
    if (!this.isRegistered) return { is: 'unsent' };
    return this.#outbox.text({ line, target, kind, text }, waiting);
  }

  /** Answers a question of CTCP. @throws LineError */
  answerCtcp(nick: string, tag: 'VERSION' | 'PING' | 'TIME', text: string): boolean {
    const limits = this.#self.limits(this.features);
    return this.isRegistered && this.#outbox.soon(encodeCtcp(limits, 'NOTICE', nick, tag, text));
  }

  /** Reads not one line more until `resume`, so that the server has to wait. */
  pause(): void {
    // Its last words are read.
    if (this.#cause.isKnown) return;
    this.#liveness.deaf();
    this.#transport.pause();
  }

  resume(): void {
    this.#liveness.listening();
    this.#transport.resume();
  }

  /** Says good-bye ahead of all that waits, which is not sent; `closed` follows within seconds. */
  quit(reason: string): void {
    if (this.#cause.isKnown) return;
    this.#cause.is('quit', 'we said good-bye');
    if (!this.#incoming.isRegistered) {
      this.destroy();
      return;
    }
    this.#liveness.leaving();
    this.#outbox.finish(encodeQuit(reason));
    this.resume();
  }

  /** At once, without a word. `closed` follows. */
  destroy(): void {
    this.#transport.destroy({ why: 'ended', words: 'we closed the connection' });
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
      // The server's own is a matter of all who go there, a log-in that of one.
      const why = password === undefined ? 'login' : 'insecure';
      this.#fail(why, 'a password is not sent over a connection without TLS');
      return;
    }
    this.#incoming.begin();
  }

  #onLine(text: string): void {
    this.#liveness.heard();
    this.#incoming.line(text);
  }

  #give(event: WireEvent): void {
    if (event.is === 'registered') this.#liveness.registered();
    this.#splits.take(event);
  }

  #ask(): boolean {
    if (!this.#incoming.isRegistered) return false;
    this.#outbox.now(encodeLine(FIRST_LIMITS, 'PING', ALIVE));
    return true;
  }

  #fail(why: Ending, words: string): void {
    this.#cause.is(why, words);
    this.destroy();
  }

  #onClosed(end: TransportEnd): void {
    this.#isClosed = true;
    this.#liveness.stop();
    this.#outbox.close();
    this.#splits.take({ is: 'closed', ...this.#cause.of(end) });
  }
}
