/** The one nick that an account has on a server: the wanted one, and what the server makes of it. */

import type { Refusal } from 'postern/adapter';
import { isAboutNick, refusalOf } from './errors.ts';
import { sent } from './sent.ts';
import type { Wire } from './wire/client.ts';
import type { ServerError } from './wire/events.ts';
import { isNick } from './wire/line.ts';

/** A nick that others have is asked for again after so long: servers count such questions. */
const AGAIN_MS = 3 * 60_000;

/** What no line has room for is no nick either. */
const MAX_BYTES = 200;

const NOT_A_NICK: Refusal = {
  condition: 'not-acceptable',
  type: 'modify',
  text: 'This can be no nick on IRC. Use letters and digits, without spaces.',
};
const TOO_MUCH: Refusal = {
  condition: 'policy-violation',
  type: 'wait',
  text: 'The server can not be asked for this nick now. Please try again.',
};
const NOT_GIVEN: Refusal = {
  condition: 'not-acceptable',
  type: 'modify',
  text: 'The server did not give you this nick, and does not say why.',
};
const NOT_KNOWN: Refusal = {
  condition: 'recipient-unavailable',
  type: 'wait',
  text: 'The connection was lost before the server gave you this nick.',
};

/** What the user asks for just now, and how he is refused. */
interface Wish {
  readonly nick: string;
  /** Of the PING behind it: whatever the server says to it comes before the PONG. */
  readonly token: string;
  readonly refuse: (refusal: Refusal) => void;
}

export class Nick {
  /** By the user. */
  #asked: string;
  /** On this connection. */
  #wanted: string;
  #wish: Wish | undefined;
  #count = 0;
  #triedAt = 0;

  constructor(asked: string) {
    this.#asked = asked;
    this.#wanted = asked;
  }

  get wanted(): string {
    return this.#wanted;
  }

  /** The user comes anew, and calls himself so. */
  take(nick: string, wire: Wire | undefined): void {
    if (nick === this.#asked) return;
    this.#asked = nick;
    this.#wanted = nick;
    if (wire !== undefined) sent(() => wire.send('NICK', nick));
  }

  rename(wire: Wire, nick: string, refuse: (refusal: Refusal) => void): void {
    this.#count += 1;
    const token = `nick${this.#count}`;
    if (!isNick(nick) || Buffer.byteLength(nick) > MAX_BYTES) refuse(NOT_A_NICK);
    else if (this.#wish !== undefined) refuse(TOO_MUCH);
    else if (!sent(() => wire.send('NICK', nick) && wire.send('PING', token))) refuse(TOO_MUCH);
    else this.#wish = { nick, token, refuse };
  }

  /** The server has renamed us. What nobody here asked for is obeyed: services do that to protect a nick. */
  renamed(wire: Wire, to: string): void {
    // It may be cut, where it is too long.
    const isWished =
      this.#wish !== undefined && wire.fold(this.#wish.nick).startsWith(wire.fold(to));
    if (isWished) {
      this.#wish = undefined;
      this.#asked = to;
    }
    this.#wanted = to;
  }

  /** @returns whether it was about a nick of ours */
  failed(wire: Wire, error: ServerError): boolean {
    if (!isAboutNick(error)) return false;
    const wish = this.#wish;
    this.#wish = undefined;
    wish?.refuse(refusalOf(error, 'nick'));
    // One that the server never allows is not asked for again.
    if (wish === undefined && error.code === 432) this.#wanted = wire.nick;
    return true;
  }

  /** The server has read all that was said before. */
  pong(wire: Wire, token: string): void {
    const wish = this.#wish;
    if (wish?.token !== token) return;
    this.#wish = undefined;
    if (wire.fold(wish.nick) !== wire.fold(wire.nick)) wish.refuse(NOT_GIVEN);
  }

  /** Somebody gave his nick up. */
  freed(wire: Wire, nick: string, now: number): void {
    if (wire.fold(nick) === wire.fold(this.#wanted)) this.#regain(wire, now);
  }

  /** Called every few seconds. */
  tick(wire: Wire, now: number): void {
    if (now - this.#triedAt > AGAIN_MS) this.#regain(wire, now);
  }

  /** The connection is gone. */
  disconnected(): void {
    const wish = this.#wish;
    this.#wish = undefined;
    this.#wanted = this.#asked;
    wish?.refuse(NOT_KNOWN);
  }

  /** There is a connection. @param offered the nick that it was begun with */
  connected(wire: Wire, offered: string, now: number): void {
    this.#triedAt = now;
    // He may have come anew meanwhile, with another one.
    if (offered !== this.#wanted) this.#regain(wire, now);
  }

  #regain(wire: Wire, now: number): void {
    if (this.#wish !== undefined || wire.fold(wire.nick) === wire.fold(this.#wanted)) return;
    this.#triedAt = now;
    sent(() => wire.send('NICK', this.#wanted));
  }
}

/** The nick that is most like what somebody calls himself. */
export function asNick(name: string): string {
  const clean = name
    .toWellFormed()
    .trim()
    .replace(/[\p{Cc}\p{Cf}\p{Z}!@,.*?:$]+/gu, '_')
    .replace(/^[#&%+~-]+/, '');
  const nick = [...clean].slice(0, 30).join('');
  return isNick(nick) ? nick : 'guest';
}
