/** What leaves, in its order, and what becomes of the texts among it. */

import { Acknowledgements, type Outcome, type Text } from './acknowledgement.ts';
import type { Clock } from './clock.ts';
import type { Said, WireEvent } from './events.ts';
import { type JoinRequest, Joins } from './joins.ts';
import { encodeLine, FIRST_LIMITS, labelled, type WireLine } from './line.ts';
import { type Pace, Throttle } from './throttle.ts';

export interface OutboxOptions {
  readonly pace: Pace;
  readonly clock: Clock;
  readonly write: (line: WireLine) => void;
  readonly canWrite: () => boolean;
  /** How the server acknowledges a text that leaves now. */
  readonly acknowledgement: () => 'label' | 'echo' | 'pong';
  /** For comparing names as the server does. */
  readonly fold: (name: string) => string;
}

/** How somebody waits for a text. */
export interface Waiting {
  /** Called in the very tick before it leaves. What it throws keeps it from leaving. */
  readonly leave: () => void;
  /** When it is over, nobody waits any longer. */
  readonly signal: AbortSignal;
}

export interface OutgoingText {
  readonly line: WireLine;
  readonly target: string;
  readonly kind: Said['is'];
  readonly text: string;
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #throttle: Throttle;
  readonly #answers = new Acknowledgements();
  readonly #joins = new Joins((depart) => this.#throttle.queue('soon', depart));
  /** Gives up one text each, of those that have not left. */
  readonly #waiting = new Set<() => void>();
  readonly #onTick = (): void => this.#askLater();
  #willPing = false;

  constructor(options: OutboxOptions) {
    const { pace, clock, write, canWrite } = options;
    this.#options = options;
    this.#throttle = new Throttle({
      pace,
      clock,
      write,
      canWrite,
      mayText: () => this.#answers.mayLeave,
    });
  }

  now(line: WireLine): void {
    this.#throttle.push('now', () => line);
  }

  /** @returns false when too much waits already */
  soon(line: WireLine, how: 'soon' | 'surely' = 'soon'): boolean {
    this.#joins.cut();
    return this.#throttle.push(how, () => line);
  }

  /** Behind all texts. @returns false when too much waits already */
  later(line: WireLine, isWanted: () => boolean): boolean {
    return this.#throttle.push('later', () => (isWanted() ? line : undefined));
  }

  /** See `Joins.ask`. What is asked for in one tick leaves together. */
  join(...wish: Parameters<Joins['ask']>): JoinRequest | undefined {
    const request = this.#joins.ask(...wish);
    queueMicrotask(() => this.#throttle.pump());
    return request;
  }

  /** @throws what `leave` threw */
  async text({ line, ...text }: OutgoingText, { leave, signal }: Waiting): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const sent: Text = { ...text, target: this.#options.fold(text.target), settle: resolve };
    let waits = true;
    const giveUp = (): void => {
      if (waits) resolve({ is: 'unsent' });
      else this.#answers.giveUp(sent);
      waits = false;
      this.#throttle.pump();
    };
    const depart = (): WireLine | undefined => {
      this.#pingSoon();
      if (!waits) return undefined;
      waits = false;
      this.#waiting.delete(giveUp);
      try {
        leave();
      } catch (error) {
        reject(error);
        return undefined;
      }
      const { acknowledgement, clock } = this.#options;
      const by = acknowledgement();
      if (by === 'echo') clock.add(this.#onTick);
      const label = this.#answers.leaves(sent, by, clock.now());
      return label === undefined ? line : labelled(line, label);
    };
    if (signal.aborted) return { is: 'unsent' };
    signal.addEventListener('abort', giveUp, { once: true });
    this.#waiting.add(giveUp);
    try {
      return this.#throttle.push('text', depart) ? await promise : { is: 'unsent' };
    } finally {
      signal.removeEventListener('abort', giveUp);
      this.#waiting.delete(giveUp);
    }
  }

  /** The label that a line of the server answers, by its tags. */
  labelOf(label: string | undefined, batch: string | undefined): number | undefined {
    return this.#answers.labelOf(label, batch);
  }

  /** @returns whether it is what became of a text, and nobody else's matter */
  isAnswer(event: WireEvent, label: number | undefined): boolean {
    const { fold } = this.#options;
    switch (event.is) {
      case 'message':
      case 'notice':
      case 'action': {
        if (!event.own) return false;
        const target = fold(`${event.group ?? ''}${event.target}`);
        this.#pingSoon();
        return this.#settled(() => this.#answers.echo(event, target, label));
      }
      case 'error': {
        const target = event.target === undefined ? undefined : fold(event.target);
        return this.#settled(() => this.#answers.error(event, target, label));
      }
      default:
        return false;
    }
  }

  /** What was swallowed as an answer, and turned out to be somebody else's matter. Given once. */
  others(): readonly Said[] {
    return this.#answers.others();
  }

  /** A line that means no more than that the one with this label was taken. */
  labelled(label: number): void {
    this.#settled(() => this.#answers.labelled(label));
  }

  /** @returns whether the PING was ours */
  pong(token: string): boolean {
    return this.#settled(() => this.#answers.pong(token));
  }

  batch(reference: string, label: number | undefined): void {
    this.#settled(() => this.#answers.batch(reference, label));
  }

  /** The last line. What waits never leaves; what became of the texts before it may still be told. */
  finish(goodbye: WireLine): void {
    this.#ping(false);
    this.now(goodbye);
    this.#drop();
  }

  /** The connection is gone. */
  close(): void {
    this.#options.clock.delete(this.#onTick);
    this.#drop();
    this.#answers.close();
  }

  #drop(): void {
    this.#throttle.close();
    for (const giveUp of [...this.#waiting]) giveUp();
  }

  /** One text less may be under way: then another one may leave. */
  #settled<T>(step: () => T): T {
    const result = step();
    this.#throttle.pump();
    return result;
  }

  /** After all that leaves in this tick: it may share the PING. */
  #pingSoon(): void {
    if (this.#willPing) return;
    this.#willPing = true;
    queueMicrotask(() => {
      this.#willPing = false;
      this.#ping(this.#throttle.textsWait);
    });
  }

  /** Called many times a second while echoes are waited for. */
  #askLater(): void {
    if (this.#answers.awaitsEcho) this.#ping(this.#throttle.textsWait);
    else this.#options.clock.delete(this.#onTick);
  }

  #ping(textsWait: boolean): void {
    const token = this.#answers.ping(textsWait, this.#options.clock.now());
    if (token !== undefined) this.now(encodeLine(FIRST_LIMITS, 'PING', token));
  }
}
