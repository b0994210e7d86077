/** One timer a stream: pings when nothing else does, and finds the link that answers no more. */

export interface HeartbeatOptions {
  /** Milliseconds from the newest ping to the next, when all have come back. */
  readonly everyMs: number;
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
    this.#arm(options.everyMs);
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
    if (unansweredSince() === undefined && now - pingedAt() >= everyMs) ping();
    const since = unansweredSince();
    this.#arm(
      since === undefined
        ? pingedAt() + everyMs - now
        : Math.min(since + answerMs() - now, everyMs),
    );
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(() => this.#beat(), Math.max(1, Math.ceil(ms)));
  }
}
