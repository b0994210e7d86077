/**
 * Who may connect to one server, and when: not more than the operator allows, not all at once, and for
 * a while nobody after the server has said that it does not want us. Then one goes first.
 */

import type { ServerConfig } from './config.ts';
import type { Remarks } from './remarks.ts';
import type { Clock } from './wire/clock.ts';
import type { Ending } from './wire/events.ts';

/** One that has a connection, or waits for one. */
export interface Comer {
  /** Now. */
  connect(): void;
  /** Nobody may for a while, and it waits for its turn. */
  shutOut(why: Ending): void;
}

export interface GateOptions {
  /** As in the settings. */
  readonly server: string;
  readonly config: ServerConfig;
  readonly clock: Clock;
  readonly remarks: Pick<Remarks, 'shut'>;
  /** From 0 to 1. */
  readonly chance: () => number;
}

/** So many connections may begin together, and then one after the other. */
const BUDGETS = {
  usual: { burst: 10, perSecond: 2 },
  none: { burst: 1_000, perSecond: 1_000 },
} as const;
const SHUT_MS = { first: 60_000, most: 30 * 60_000 } as const;
/** So long nobody comes but the one that goes first: at the very first, and after the server shut us out. */
const ALONE_MS = { first: 5_000, again: 60_000 } as const;
/** Who stays so long was let in. */
export const LASTING_MS = 60_000;

/** What is wrong between the server and us, whoever of us comes. */
const SHUTTING: ReadonlySet<Ending> = new Set([
  'banned',
  'too-fast',
  'untrusted',
  'password',
  'insecure',
]);

export class Gate {
  readonly #options: GateOptions;
  readonly #places = new Set<Comer>();
  /** When each may come, by the clock. */
  readonly #waiting = new Map<Comer, number>();
  readonly #onTick = (): void => this.#pump();
  #tokens: number;
  #countedAt: number;
  #shutAt = Number.NEGATIVE_INFINITY;
  #shutUntil = 0;
  #strikes = 0;
  #why: Ending | undefined;
  /** When each that has a connection, or makes one, began. */
  readonly #beganAt = new Map<Comer, number>();
  /** When somebody was let in who came since it was last shut. */
  #letInAt: number | undefined;
  /** Goes alone, to see whether the server wants us. */
  #probe: Comer | undefined;
  #probeUntil = 0;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#tokens = this.#budget.burst;
    this.#countedAt = options.clock.now();
  }

  /** Why nobody may come now, and how long; undefined as a rule. */
  get shut(): { readonly why: Ending; readonly forMs: number } | undefined {
    const forMs = this.#shutUntil - this.#options.clock.now();
    return this.#why !== undefined && forMs > 0 ? { why: this.#why, forMs } : undefined;
  }

  /** @returns false where all places are taken */
  claim(comer: Comer): boolean {
    if (!this.#places.has(comer) && this.#places.size >= this.#options.config.connections) {
      return false;
    }
    this.#places.add(comer);
    return true;
  }

  release(comer: Comer): void {
    if (this.#probe === comer) this.#probe = undefined;
    this.#waiting.delete(comer);
    this.#places.delete(comer);
  }

  /** Calls `connect` when it may, not before so many milliseconds. */
  connect(comer: Comer, afterMs: number): void {
    this.#waiting.set(comer, this.#options.clock.now() + afterMs);
    this.#pump();
  }

  /** The server knows it now. */
  entered(comer: Comer): void {
    // Of those who came before it was shut nothing can be told.
    if ((this.#beganAt.get(comer) ?? this.#shutAt) <= this.#shutAt) return;
    if (this.#letInAt === undefined && this.#strikes > 0) this.#tokens = 0;
    this.#letInAt ??= this.#options.clock.now();
    this.#probe = undefined;
    this.#pump();
  }

  /** A connection ended, or could not be made. */
  ended(comer: Comer, why: Ending, words: string): void {
    this.#beganAt.delete(comer);
    if (this.#probe === comer) this.#probe = undefined;
    if (!SHUTTING.has(why) || this.shut !== undefined) return;
    const { clock, chance, remarks, server } = this.#options;
    const now = clock.now();
    if (this.#letInAt !== undefined && now - this.#letInAt > LASTING_MS) this.#strikes = 0;
    const ms = Math.min(SHUT_MS.first * 2 ** this.#strikes, SHUT_MS.most) * (0.75 + chance() / 2);
    this.#strikes += 1;
    this.#why = why;
    this.#letInAt = undefined;
    this.#shutAt = now;
    this.#shutUntil = now + ms;
    remarks.shut(server, why, words, ms);
    for (const waiting of [...this.#waiting.keys()]) waiting.shutOut(why);
  }

  get #budget(): { readonly burst: number; readonly perSecond: number } {
    return this.#options.config.pace === 'none' ? BUDGETS.none : BUDGETS.usual;
  }

  #pump(): void {
    const { clock } = this.#options;
    const now = clock.now();
    const { burst, perSecond } = this.#budget;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#countedAt) / 1000) * perSecond);
    this.#countedAt = now;
    this.#doubt(now);
    for (const [comer, at] of this.#waiting) {
      if (this.#tokens < 1 || this.shut !== undefined || this.#probe !== undefined) break;
      if (at > now) continue;
      this.#waiting.delete(comer);
      this.#tokens -= 1;
      this.#beganAt.set(comer, now);
      if (this.#letInAt === undefined) this.#sendAhead(comer, now);
      comer.connect();
    }
    if (this.#waiting.size > 0) clock.add(this.#onTick);
    else clock.delete(this.#onTick);
  }

  #sendAhead(comer: Comer, now: number): void {
    this.#probe = comer;
    this.#probeUntil = now + (this.#strikes > 0 ? ALONE_MS.again : ALONE_MS.first);
  }

  /** It hears nothing: then others must not wait for it, who have done no harm. */
  #doubt(now: number): void {
    if (this.#probe === undefined || now < this.#probeUntil) return;
    this.#probe = undefined;
    if (this.#strikes === 0) this.#letInAt ??= now;
  }
}
