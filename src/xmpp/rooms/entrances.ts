/**
 * Clients come in while the server reads: to each its room is shown whole, and hundreds come at once
 * after a stream that broke. Users take turns, so that nobody waits for all rooms of somebody else.
 */

import type { BareJid } from '../jid.ts';

/** Shows what there is to show, or nothing where it is not wanted any more. Must not throw. */
type Show = () => void;

export class Entrances {
  readonly #full: () => Promise<void> | undefined;
  /** Whose turn is next comes first. */
  readonly #waiting = new Map<BareJid, Show[]>();
  /** Of clients that are half in: they wait for nobody but the server. */
  readonly #halfway: Show[] = [];
  #isGoing = false;

  /** @param full see `ComponentStream.full` */
  constructor(full: () => Promise<void> | undefined) {
    this.#full = full;
  }

  /** A client comes in: at once, or when its turn has come. */
  begin(user: BareJid, show: Show): void {
    const queue = this.#waiting.get(user);
    if (queue === undefined) this.#waiting.set(user, [show]);
    else queue.push(show);
    this.#goOn();
  }

  /** The rest of it, which is known later: history, and what has happened meanwhile. */
  end(show: Show): void {
    this.#halfway.push(show);
    this.#goOn();
  }

  #goOn(): void {
    // What is shown may have an end at once.
    if (this.#isGoing) return;
    this.#isGoing = true;
    const full = this.#showAll();
    const stop = () => {
      this.#isGoing = false;
    };
    if (full === undefined) stop();
    else void full.then(stop).then(() => this.#goOn());
  }

  /** @returns until when the others wait */
  #showAll(): Promise<void> | undefined {
    for (;;) {
      const full = this.#full();
      if (full !== undefined) return full;
      const show = this.#halfway.shift() ?? this.#next();
      if (show === undefined) return undefined;
      show();
    }
  }

  #next(): Show | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    const [user, queue] = first;
    this.#waiting.delete(user);
    const show = queue.shift();
    if (queue.length > 0) this.#waiting.set(user, queue);
    return show;
  }
}
