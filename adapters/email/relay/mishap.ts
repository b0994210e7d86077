/** Why a mail was not taken, and what follows from it. Pure. */

import { DeliveryError, type Verdict } from 'postern/adapter';
import { type Failure, refusalOf } from '../errors.ts';
import { codesOf, type Reply } from './reply.ts';

/**
 * Where it happened.
 *
 * - `session`: before any mail: connecting, greeting, TLS, login.
 * - `envelope`: sender, recipient, and whether the content may come.
 * - `content`: from its first byte on.
 */
export type Step = 'session' | 'envelope' | 'content';

export interface MishapOptions {
  readonly reply?: Reply | undefined;
  /** All of the content, its end included, was out of our hands: see `Handover`. */
  readonly handed?: boolean;
  /** The operator has something to mend, whatever the server answered. */
  readonly misconfigured?: boolean;
  /** The server said nothing of it: what is refused, we know ourselves. */
  readonly refusal?: Failure;
}

/** The message is for the operator's log. Made without the error below it, which may hold a password. */
export class Mishap extends Error {
  override readonly name = 'Mishap';
  readonly step: Step;
  readonly reply: Reply | undefined;
  readonly handed: boolean;
  readonly misconfigured: boolean;
  readonly refusal: Failure | undefined;

  constructor(step: Step, reason: string, options: MishapOptions = {}) {
    super(reason);
    this.step = step;
    this.reply = options.reply;
    this.handed = options.handed ?? false;
    this.misconfigured = options.misconfigured ?? operatorsMatter(step, options.reply);
    this.refusal = options.refusal;
  }

  /** The server has answered all that it was sent: good-bye can be said. */
  get inOrder(): boolean {
    return this.reply !== undefined && (this.step !== 'content' || this.handed);
  }

  /** A connection that was kept, and that the server had given up. Nothing left; another one may do. */
  get stale(): boolean {
    const closed = this.reply === undefined ? this.refusal === undefined : this.reply.code === 421;
    return this.step === 'envelope' && closed;
  }
}

/** What a mishap means for the message to a recipient. */
export function errorOf(mishap: Mishap, recipient: string): DeliveryError {
  return new DeliveryError(verdictOf(mishap, recipient), mishap.message);
}

function verdictOf(mishap: Mishap, recipient: string): Verdict {
  const { step, reply, handed, refusal } = mishap;
  if (refusal !== undefined) {
    return { kind: 'never', refusal: refusalOf({ ...refusal, recipient }) };
  }
  if (step === 'session' || mishap.misconfigured) return { kind: 'later', scope: 'transport' };
  const { code = 0, status, words } = reply ?? {};
  // The server as a whole closes; it says nothing of this mail.
  if (code === 421) return { kind: 'later', scope: 'transport' };
  if (isTemporary(code)) return { kind: 'later' };
  if (isPermanent(code)) {
    const failure = { reply: code, ...(status && { status }), ...(words && { words }) };
    return { kind: 'never', refusal: refusalOf({ ...failure, recipient }) };
  }
  return handed ? { kind: 'unknown-outcome' } : { kind: 'later' };
}

/** 503 says that commands came in the wrong order, which another connection mends. */
function isTemporary(code: number): boolean {
  return (code >= 400 && code < 500) || code === 503;
}

function isPermanent(code: number): boolean {
  return code >= 500 && code < 600;
}

/** RFC 4954 §6, RFC 3207 §4: it wants a login, another one, or TLS. */
const WANTS_LOGIN: ReadonlySet<number> = new Set([530, 534, 535, 538]);

function operatorsMatter(step: Step, reply: Reply | undefined): boolean {
  if (reply === undefined) return false;
  const temporary = reply.code >= 400 && reply.code < 500;
  return WANTS_LOGIN.has(reply.code) || (step === 'session' && !temporary);
}

/** "the smarthost answered 550 5.1.1 to RCPT TO" */
export function answered(reply: Reply, to: string, words = true): string {
  const said = words && reply.words !== '' ? `: ${reply.words}` : '';
  return `the smarthost answered ${codesOf(reply)} to ${to}${said}`;
}
