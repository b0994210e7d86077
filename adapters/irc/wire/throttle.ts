/**
 * When a line may leave. A token bucket, as servers count themselves; what keeps the connection alive
 * and what people wait for goes ahead of text. Without a timer of its own: see `Clock`.
 */

import type { Clock } from './clock.ts';
import type { WireLine } from './line.ts';

export interface Pace {
  /** So many at once after a rest. */
  readonly burst: number;
  readonly perSecond: number;
}

export const PACES = {
  /** EFnet, IRCnet: RFC 2813 §5.8, one in two seconds. */
  strict: { burst: 5, perSecond: 0.5 },
  /** Libera, OFTC and most others. */
  usual: { burst: 4, perSecond: 1 },
  /** ngIRCd: it reads three lines a second and lets the others wait. */
  relaxed: { burst: 6, perSecond: 3 },
  /** A server of one's own that does not count, a bouncer. */
  none: { burst: 1_000_000, perSecond: 1_000_000 },
} as const satisfies Readonly<Record<string, Pace>>;

/**
 * `now`: at once, and what follows pays for it. `soon`: before all text; `surely`: the same, and never
 * refused. `later`: when no text waits.
 */
export type Urgency = 'now' | 'soon' | 'surely' | 'text' | 'later';

/** Gives the line in the very tick in which it leaves; undefined when it is no longer wanted. */
export type Departure = () => WireLine | undefined;

export interface ThrottleOptions {
  readonly pace: Pace;
  readonly clock: Clock;
  readonly write: (line: WireLine) => void;
  /** Whether the server takes what is written. */
  readonly canWrite: () => boolean;
  /** Whether one more text may be under way. */
  readonly mayText: () => boolean;
}

/** More than that is nobody's typing. */
const MAX_WAITING = { soon: 200, surely: Number.POSITIVE_INFINITY, text: 500, later: 500 } as const;

export class Throttle {
  readonly #options: ThrottleOptions;
  readonly #waiting: Readonly<Record<'soon' | 'text' | 'later', Departure[]>> = {
    ...{ soon: [], text: [], later: [] },
  };
  readonly #onTick = (): void => this.pump();
  #tokens: number;
  #countedAt: number;

  constructor(options: ThrottleOptions) {
    this.#options = options;
    this.#tokens = options.pace.burst;
    this.#countedAt = options.clock.now();
  }

  get textsWait(): boolean {
    return this.#waiting.text.length > 0;
  }

  /** @returns false when too much waits already: then it never leaves */
  push(urgency: Urgency, depart: Departure): boolean {
    if (urgency === 'now') {
      this.#refill();
      this.#leave(depart);
      return true;
    }
    const isTaken = this.queue(urgency, depart);
    if (isTaken) this.pump();
    return isTaken;
  }

  /** The same, and what may leave does not before the next `pump`. */
  queue(urgency: Exclude<Urgency, 'now'>, depart: Departure): boolean {
    const queue = this.#waiting[urgency === 'surely' ? 'soon' : urgency];
    if (queue.length >= MAX_WAITING[urgency]) return false;
    queue.push(depart);
    return true;
  }

  /** Lets leave what may leave. To be called when `mayText` has become true, too. */
  pump(): void {
    const { clock, canWrite } = this.#options;
    this.#refill();
    while (this.#tokens >= 1 && canWrite()) {
      const next = this.#next();
      if (next === undefined) break;
      this.#leave(next);
    }
    const { soon, text, later } = this.#waiting;
    if (soon.length + text.length + later.length > 0) clock.add(this.#onTick);
    else clock.delete(this.#onTick);
  }

  /** What waits never leaves. */
  close(): void {
    this.#options.clock.delete(this.#onTick);
    this.#waiting.soon.length = 0;
    this.#waiting.text.length = 0;
    this.#waiting.later.length = 0;
  }

  #next(): Departure | undefined {
    const { soon, text, later } = this.#waiting;
    if (soon.length > 0) return soon.shift();
    if (text.length > 0) return this.#options.mayText() ? text.shift() : undefined;
    // The next text finds one left.
    return this.#tokens >= Math.min(2, this.#options.pace.burst) ? later.shift() : undefined;
  }

  #leave(depart: Departure): void {
    const line = depart();
    if (line === undefined) return;
    // Never further back than one burst: or a server that asks without end would silence us.
    this.#tokens = Math.max(this.#tokens - 1, -this.#options.pace.burst);
    this.#options.write(line);
  }

  #refill(): void {
    const { pace, clock } = this.#options;
    const now = clock.now();
    const earned = ((now - this.#countedAt) / 1000) * pace.perSecond;
    this.#tokens = Math.min(pace.burst, this.#tokens + earned);
    this.#countedAt = now;
  }
}
