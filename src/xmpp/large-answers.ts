/**
 * Answers that are large: a page of an archive, all who are in a room. What waits is the question, and
 * its answer is made when its turn has come and the server reads. One leaves in a turn of the loop, so
 * that whoever asks for little has his answer in between; users take turns, and each has twenty a second.
 */

import type { BareJid } from './jid.ts';
import type { Element } from './xml/element.ts';

const PER_SECOND = 20;
/** Of one bare JID: two clients, each with as many rooms as a user may have open. */
const MAX_WAITING = 400;
/** Over all. A question is some kilobytes at most. */
const MAX_WAITING_IN_ALL = 4_000;

/** Must not throw, nor keep the stanza that asked. */
export type MakeAnswer = () => readonly Element[];

export class LargeAnswers {
  readonly #send: (answer: Element) => void;
  readonly #full: () => Promise<void> | undefined;
  /** Whose turn is next comes first. */
  readonly #waiting = new Map<BareJid, MakeAnswer[]>();
  /** They have had theirs of this second. */
  readonly #resting = new Map<BareJid, MakeAnswer[]>();
  readonly #spent = new Map<BareJid, number>();
  #count = 0;
  #isGoing = false;
  /** Runs only while there is something to count. */
  #second: NodeJS.Timeout | undefined;

  /** @param full see `ComponentStream.full` */
  constructor(send: (answer: Element) => void, full: () => Promise<void> | undefined) {
    this.#send = send;
    this.#full = full;
  }

  /** @returns false where too many wait: then it is never made */
  ask(user: BareJid, make: MakeAnswer): boolean {
    const queue = this.#waiting.get(user) ?? this.#resting.get(user);
    if (this.#count >= MAX_WAITING_IN_ALL || (queue?.length ?? 0) >= MAX_WAITING) return false;
    this.#count++;
    if (queue === undefined) this.#put(user, [make]);
    else queue.push(make);
    this.#goOn();
    return true;
  }

  /** Nobody waits any longer: the stream is gone. */
  clear(): void {
    clearTimeout(this.#second);
    this.#second = undefined;
    for (const map of [this.#waiting, this.#resting, this.#spent]) map.clear();
    this.#count = 0;
  }

  #put(user: BareJid, queue: MakeAnswer[]): void {
    const hasHadHis = (this.#spent.get(user) ?? 0) >= PER_SECOND;
    (hasHadHis ? this.#resting : this.#waiting).set(user, queue);
  }

  #goOn(): void {
    if (this.#isGoing || this.#waiting.size === 0) return;
    this.#isGoing = true;
    const next = () => {
      this.#isGoing = false;
      this.#next();
    };
    const full = this.#full();
    if (full === undefined) setImmediate(next);
    else void full.then(next);
  }

  #next(): void {
    // Something else may have filled it since.
    if (this.#full() === undefined) this.#answerOne();
    this.#goOn();
  }

  #answerOne(): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    const [user, queue] = first;
    this.#waiting.delete(user);
    this.#spend(user);
    const make = queue.shift();
    if (queue.length > 0) this.#put(user, queue);
    if (make === undefined) return;
    this.#count--;
    for (const stanza of make()) this.#send(stanza);
  }

  #spend(user: BareJid): void {
    this.#spent.set(user, (this.#spent.get(user) ?? 0) + 1);
    this.#second ??= setTimeout(() => this.#nextSecond(), 1_000).unref();
  }

  #nextSecond(): void {
    this.#second = undefined;
    this.#spent.clear();
    for (const [user, queue] of this.#resting) this.#waiting.set(user, queue);
    this.#resting.clear();
    this.#goOn();
  }
}
