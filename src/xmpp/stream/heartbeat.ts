/**
 * One timer a stream: pings when nothing else does, and finds the link that answers no more. It also
 * pings while an answer is missing: if a later ping comes back first, the missing one went elsewhere.
 */

export interface HeartbeatOptions {
  /** Milliseconds from the newest ping to the next. */
  everyMs(): number;
  /** Milliseconds within which a ping must come back. */
  answerMs(): number;
  /** When the oldest ping that has not come back was sent, on the clock of `performance.now`. */
  unansweredSince(): number | undefined;
  /** When the newest was sent. */
  pingedAt(): number;
  ping(): void;
  silent(): void;
}

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#next();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #beat(): void {
    if (this.#isOverdue()) {
      // If it was us who slept, the answer lies in the socket: it is read before this runs.
      setImmediate(() => this.#judge());
    } else {
      this.#next();
    }
  }

  #judge(): void {
    if (this.#timer === undefined) return;
    if (this.#isOverdue()) this.#options.silent();
    else this.#next();
  }

  #isOverdue(): boolean {
    const since = this.#options.unansweredSince();
    return since !== undefined && performance.now() - since >= this.#options.answerMs();
  }

  #next(): void {
    const { everyMs, answerMs, unansweredSince, pingedAt, ping } = this.#options;
    const now = performance.now();
    if (now - pingedAt() >= everyMs()) ping();
    const since = unansweredSince() ?? Number.POSITIVE_INFINITY;
    const due = Math.min(pingedAt() + everyMs(), since + answerMs());
    this.#timer = setTimeout(() => this.#beat(), Math.max(1, Math.ceil(due - now)));
  }
}
