/**
 * The bound on what is answered without asking anybody: twenty answers a second for each bare JID, so
 * that a flood is not sent back, to its sender or to whom he pretends to be. What an honest client asks
 * at once for each of its contacts waits its turn; only what exceeds that, too, gets no answer. Refusals of
 * messages are not among them: each is a text that its writer would believe to be on its way.
 */

import type { BareJid } from './jid.ts';
import type { Element } from './xml/element.ts';

const PER_SECOND = 20;
/** For one bare JID: a roster of so many contacts is asked for at a login. */
const MAX_WAITING = 400;
/** Over all. An answer is small: of the request it repeats two addresses and an id of 512 bytes at most. */
const MAX_WAITING_IN_ALL = 4_000;
/** Beyond so many in one second, the others share one allowance: memory stays bounded. */
const MAX_COUNTED = 4_096;
/** No JID: theirs is the allowance of all who are not counted. */
const OTHERS = '' as BareJid;

interface Waiting {
  readonly to: BareJid;
  readonly answer: readonly Element[];
}

interface Allowance {
  spent: number;
  waiting: number;
}

export class Answers {
  readonly #send: (answer: Element) => void;
  readonly #allowances = new Map<BareJid, Allowance>();
  #waiting: Waiting[] = [];
  /** Runs only while there is something to count. */
  #second: NodeJS.Timeout | undefined;

  constructor(send: (answer: Element) => void) {
    this.#send = send;
  }

  /** @param answer all that answers one stanza. For one bare JID, they leave in the order of the calls. */
  give(to: BareJid, ...answer: readonly Element[]): void {
    // Nothing to say costs nothing: a login tells every contact of a presence that nobody answers.
    if (answer.length === 0) return;
    const allowance = this.#allowance(to);
    if (allowance.waiting === 0 && allowance.spent < PER_SECOND) {
      this.#spend(allowance, answer);
    } else if (allowance.waiting < MAX_WAITING && this.#waiting.length < MAX_WAITING_IN_ALL) {
      allowance.waiting++;
      this.#waiting.push({ to, answer });
    }
  }

  /** Nobody waits any longer: the stream is gone. */
  clear(): void {
    clearTimeout(this.#second);
    this.#second = undefined;
    this.#allowances.clear();
    this.#waiting = [];
  }

  #allowance(to: BareJid): Allowance {
    const known = this.#allowances.get(to);
    if (known !== undefined) return known;
    if (this.#allowances.size >= MAX_COUNTED && to !== OTHERS) return this.#allowance(OTHERS);
    const allowance = { spent: 0, waiting: 0 };
    this.#allowances.set(to, allowance);
    this.#second ??= setTimeout(() => this.#nextSecond(), 1_000).unref();
    return allowance;
  }

  #spend(allowance: Allowance, answer: readonly Element[]): void {
    allowance.spent++;
    for (const stanza of answer) this.#send(stanza);
  }

  #nextSecond(): void {
    const waiting = this.#waiting;
    this.clear();
    for (const { to, answer } of waiting) this.give(to, ...answer);
  }
}
