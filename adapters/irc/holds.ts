/**
 * Why a server is not read just now: private messages wait for the store, or what is said in rooms waits
 * for the clients. It is read again when no reason is left.
 *
 * TCP makes the server wait. What it can not send it keeps (its SendQ: from some ten KiB to some MiB), and
 * when that overflows, or it has had no PONG for minutes, it drops the user. He comes back as after any
 * lost connection, and the archive has what was heard until then.
 */

/** A promise is a reason until it resolves. */
export type Reason = 'store' | Promise<void>;

export class Holds {
  readonly #now: () => number;
  readonly #apply: (isHeld: boolean) => void;
  readonly #reasons = new Set<Reason>();
  #since = 0;
  #heldMs = 0;

  /** @param apply called when the first reason comes, and when the last one is gone */
  constructor(now: () => number, apply: (isHeld: boolean) => void) {
    this.#now = now;
    this.#apply = apply;
  }

  get isHeld(): boolean {
    return this.#reasons.size > 0;
  }

  /** How long it was not read, of all the time: nobody may be blamed for having said nothing in it. */
  get heldMs(): number {
    return this.#heldMs + (this.isHeld ? this.#now() - this.#since : 0);
  }

  /** @param way of what is said to those who hear it: full until it resolves, where there is one */
  until(way: Promise<void> | undefined): void {
    if (way === undefined || this.#reasons.has(way)) return;
    this.set(way, true);
    void way.then(() => this.set(way, false));
  }

  set(reason: Reason, isReason: boolean): void {
    const wasHeld = this.isHeld;
    if (isReason) this.#reasons.add(reason);
    else this.#reasons.delete(reason);
    if (this.isHeld === wasHeld) return;
    if (wasHeld) this.#heldMs += this.#now() - this.#since;
    else this.#since = this.#now();
    this.#apply(this.isHeld);
  }
}
