/** How a connection becomes somebody: capabilities, log-in (SASL PLAIN), nick. Ends with 001, or fails. */

import type { Capabilities } from './capabilities.ts';
import type { Ending } from './events.ts';
import { encodeLine, FIRST_LIMITS, isNick, type WireLine } from './line.ts';
import type { Message } from './message.ts';

/** Who we want to be. */
export interface Identity {
  readonly nick: string;
  readonly username: string;
  readonly realname: string;
  /** Of the server (PASS). */
  readonly password?: string;
  /** Of the account: SASL PLAIN. Without it there is no session. */
  readonly login?: { readonly account: string; readonly password: string };
}

export interface RegistrationOptions {
  readonly identity: Identity;
  readonly capabilities: Capabilities;
  readonly write: (line: WireLine) => void;
  readonly fail: (why: Ending, words: string) => void;
}

const MAX_AUTHENTICATE = 400;
/** RFC 2812 §1.2.1: a nick that every server takes. */
const SAFE_NICK = 9;

export class Registration {
  /** The account that the server says we are. */
  account: string | undefined;
  /** As in 001. */
  nick: string | undefined;
  readonly #options: RegistrationOptions;
  readonly #otherNicks: string[];
  readonly #firstLines: readonly WireLine[];
  #asked: string;
  #negotiating = true;

  /** @throws LineError for an identity that can not be sent */
  constructor(options: RegistrationOptions) {
    const { nick, username, realname, password } = options.identity;
    this.#options = options;
    this.#asked = nick;
    this.#otherNicks = [`${nick}_`, `${nick}__`, safeNick(nick)].filter(isNick);
    this.#firstLines = [
      ...(password === undefined ? [] : [encodeLine(FIRST_LIMITS, 'PASS', password)]),
      encodeLine(FIRST_LIMITS, 'CAP', 'LS', '302'),
      encodeLine(FIRST_LIMITS, 'NICK', nick),
      encodeLine(FIRST_LIMITS, 'USER', username, '0', '*', realname),
    ];
  }

  start(): void {
    for (const line of this.#firstLines) this.#options.write(line);
  }

  take(message: Message): void {
    const { command, params } = message;
    switch (command) {
      case 'CAP':
        this.#onCap(params);
        return;
      case 'AUTHENTICATE':
        this.#onAuthenticate(params[0]);
        return;
      case '001':
        this.#onWelcome(params[0]);
        return;
      case '432':
        this.#otherNick(this.#otherNicks.splice(0).at(-1));
        return;
      case '433':
      case '434':
      case '436':
      case '437':
        this.#otherNick(this.#otherNicks.shift());
        return;
      case '464':
        this.#options.fail('password', wordsOf(params));
        return;
      case '900':
        this.account = params[2];
        return;
      case '903':
      case '907':
        this.#endCap();
        return;
      case '902':
      case '904':
      case '905':
      case '906':
        this.#options.fail('login', wordsOf(params));
        return;
    }
  }

  #onCap(params: readonly string[]): void {
    const { capabilities, identity, write, fail } = this.#options;
    const step = capabilities.take(params);
    for (const names of step.requests) write(encodeLine(FIRST_LIMITS, 'CAP', 'REQ', names));
    if (!step.settled || !this.#negotiating) return;
    if (identity.login === undefined) {
      this.#endCap();
    } else if (capabilities.has('sasl') && capabilities.offersLogin('PLAIN')) {
      write(encodeLine(FIRST_LIMITS, 'AUTHENTICATE', 'PLAIN'));
    } else {
      fail('login', 'the server offers no log-in with a password');
    }
  }

  /** IRCv3 sasl-3.1: in pieces of 400; a piece that is shorter, or `+`, is the last. */
  #onAuthenticate(challenge: string | undefined): void {
    const { identity, write, fail } = this.#options;
    const { login } = identity;
    if (login === undefined || !this.#negotiating) return;
    if (challenge !== '+') {
      fail('login', 'the server asks for something else than PLAIN');
      return;
    }
    const response = Buffer.from(`\0${login.account}\0${login.password}`).toString('base64');
    for (let at = 0; at <= response.length; at += MAX_AUTHENTICATE) {
      const piece = response.slice(at, at + MAX_AUTHENTICATE) || '+';
      write(encodeLine(FIRST_LIMITS, 'AUTHENTICATE', piece));
    }
  }

  #endCap(): void {
    if (!this.#negotiating) return;
    this.#negotiating = false;
    this.#options.write(encodeLine(FIRST_LIMITS, 'CAP', 'END'));
  }

  #onWelcome(nick: string | undefined): void {
    const { identity, fail } = this.#options;
    if (identity.login !== undefined && this.#negotiating) {
      fail('login', 'the server let us in without a log-in');
      return;
    }
    this.#negotiating = false;
    this.nick = nick !== undefined && isNick(nick) ? nick : this.#asked;
  }

  #otherNick(nick: string | undefined): void {
    const { write, fail } = this.#options;
    if (nick === undefined) {
      fail('nick', 'the nick is taken, and so are others like it');
      return;
    }
    this.#asked = nick;
    write(encodeLine(FIRST_LIMITS, 'NICK', nick));
  }
}

/** As like it as every server allows. */
function safeNick(nick: string): string {
  const letters = nick.replace(/[^A-Za-z0-9[\]\\`_^{|}-]/g, '').replace(/^[\d-]+/, '');
  const number = String(Math.floor(Math.random() * 100)).padStart(2, '0');
  return `${letters.slice(0, SAFE_NICK - 3) || 'guest'}_${number}`;
}

function wordsOf(params: readonly string[]): string {
  return (params.at(-1) ?? '').slice(0, 200);
}
