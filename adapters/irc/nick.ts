/** The one nick that an account has on a server: the wanted one, and what the server makes of it. */

import type { Refusal } from 'postern/adapter';
import { isAboutNick, refusalOf } from './errors.ts';
import type { Wire } from './wire/client.ts';
import type { ServerError } from './wire/events.ts';
import { isNick } from './wire/line.ts';

/** A nick that others have is asked for again after so long: servers count such questions. */
const AGAIN_MS = 3 * 60_000;

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

export class Nick {
  /** By the user. */
  #asked: string;
  /** On this connection. */
  #wanted: string;
  /** What the user asks for just now, and how he is refused. */
  #wish: { readonly nick: string; readonly refuse: (refusal: Refusal) => void } | undefined;
  #triedAt = 0;

  constructor(asked: string) {
    this.#asked = asked;
    this.#wanted = asked;
  }

  get wanted(): string {
    return this.#wanted;
  }

  rename(wire: Wire, nick: string, refuse: (refusal: Refusal) => void): void {
    if (!isNick(nick)) refuse(NOT_A_NICK);
    else if (this.#wish !== undefined || !wire.send('NICK', nick)) refuse(TOO_MUCH);
    else this.#wish = { nick, refuse };
  }

  /** The server has renamed us. What nobody here asked for is obeyed: services do that to protect a nick. */
  renamed(wire: Wire, to: string): void {
    const isWished = this.#wish !== undefined && wire.fold(this.#wish.nick) === wire.fold(to);
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

  /** Somebody gave his nick up. */
  freed(wire: Wire, nick: string, now: number): void {
    if (wire.fold(nick) === wire.fold(this.#wanted)) this.#regain(wire, now);
  }

  /** Called every few seconds. */
  tick(wire: Wire, now: number): void {
    if (now - this.#triedAt > AGAIN_MS) this.#regain(wire, now);
  }

  /** The connection is new, or gone. */
  reset(now: number): void {
    this.#wish = undefined;
    this.#wanted = this.#asked;
    this.#triedAt = now;
  }

  #regain(wire: Wire, now: number): void {
    if (this.#wish !== undefined || wire.fold(wire.nick) === wire.fold(this.#wanted)) return;
    this.#triedAt = now;
    wire.send('NICK', this.#wanted);
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
