/**
 * What is on its way to the server: batches, each followed by a ping, in the order of the wire. The
 * ping that comes back acknowledges its batch. Knows nothing of sockets and timers.
 */

import { PoisonousError, StreamLostError } from '../port.ts';

const BATCH = 32;
const BATCHES = 4;
/** UTF-16 units of XML in one batch, or one stanza if that is larger. */
const BATCH_LENGTH = 256 * 1024;
const FULL = BATCH * BATCHES;

/** How often a stanza may end the stream while it is alone. */
const STRIKES = 2;

interface Waiting {
  readonly xml: string;
  /** The stanza's id, by which it is known when it is sent again. */
  readonly id: string | undefined;
  resolve(): void;
  reject(error: Error): void;
}

interface Batch {
  readonly stanzas: readonly Waiting[];
  readonly pingedAt: number;
  /** How many live stanzas had been written before its ping. */
  readonly live: number;
}

export class Window {
  readonly #waiting: Waiting[] = [];
  readonly #batches: Batch[] = [];
  /** The number of the oldest ping that has not come back. */
  #oldest = 0;
  #pingedAt = 0;
  /** Acknowledgements that must come one by one before the window opens again. */
  #careful = 0;
  #live = 0;
  #liveCertain = 0;
  readonly #strikes = new Map<string, number>();

  /** When the oldest ping that has not come back was taken; undefined when all have. */
  get unansweredSince(): number | undefined {
    return this.#batches[0]?.pingedAt;
  }

  /** When the newest ping was taken. */
  get pingedAt(): number {
    return this.#pingedAt;
  }

  /** The number of the oldest ping that has not come back. */
  get oldestPing(): number {
    return this.#oldest;
  }

  /** @throws StreamLostError, PoisonousError */
  add(xml: string, id: string | undefined): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.push({ xml, id, resolve, reject }));
  }

  /** A live stanza is written: it may be what ends the stream. */
  addLive(): void {
    this.#live++;
  }

  /**
   * Takes the next batch, to be written at once, its ping after it.
   * @param now of a monotonic clock, in milliseconds
   * @returns its XML and the number of its ping; undefined when nothing waits or the window is full
   */
  takeBatch(now: number): { readonly xml: string; readonly ping: number } | undefined {
    const careful = this.#careful > 0;
    const room = careful ? this.#stanzasOnTheirWay() === 0 : this.#batches.length < BATCHES;
    if (!room || this.#waiting.length === 0) return undefined;
    let count = 0;
    let xml = '';
    for (const { xml: next } of this.#waiting.slice(0, careful ? 1 : BATCH)) {
      if (count > 0 && xml.length + next.length > BATCH_LENGTH) break;
      xml += next;
      count++;
    }
    return { xml, ping: this.#takePing(this.#waiting.splice(0, count), now) };
  }

  /** Takes the number of a ping without a batch: a heartbeat, a probe. */
  takePing(now: number): number {
    return this.#takePing([], now);
  }

  #takePing(stanzas: readonly Waiting[], now: number): number {
    this.#pingedAt = now;
    return this.#oldest + this.#batches.push({ stanzas, pingedAt: now, live: this.#live }) - 1;
  }

  /** The ping came back. False: an older one did not, so it went to somebody else. */
  acknowledge(ping: number): boolean {
    if (ping !== this.#oldest) return ping < this.#oldest;
    const batch = this.#batches.shift();
    if (batch === undefined) return false;
    this.#oldest++;
    this.#liveCertain = batch.live;
    this.#careful = Math.max(0, this.#careful - batch.stanzas.length);
    for (const stanza of batch.stanzas) {
      if (stanza.id !== undefined) this.#strikes.delete(stanza.id);
      stanza.resolve();
    }
    return true;
  }

  /** Rejects what was never written: no stream will be there for it. */
  refuseWaiting(): void {
    for (const stanza of this.#waiting.splice(0)) stanza.reject(new StreamLostError(NEVER_WRITTEN));
  }

  /**
   * The stream has ended: everything that was not acknowledged is rejected, and the next stream
   * begins with one stanza at a time, so that the one which ends streams shows itself.
   * @param suspicious what was written may have ended it
   */
  lose(suspicious: boolean): void {
    const lost = this.#batches.splice(0).flatMap((batch) => batch.stanzas);
    const [alone, another] = lost;
    const blamed = suspicious && another === undefined && this.#live === this.#liveCertain;
    const poisonous = blamed && alone !== undefined && this.#strike(alone);
    if (lost.length > 0) this.#careful = FULL;
    this.#oldest = this.#live = this.#liveCertain = 0;
    for (const stanza of lost) {
      stanza.reject(
        poisonous
          ? new PoisonousError('Alone on its way, it ended the stream twice.')
          : new StreamLostError('The stream ended before the server had answered for it.'),
      );
    }
    this.refuseWaiting();
  }

  /** True when it was the last strike. A stanza without an id can not be known again. */
  #strike({ id }: Waiting): boolean {
    if (id === undefined) return false;
    const strikes = (this.#strikes.get(id) ?? 0) + 1;
    this.#strikes.delete(id);
    if (strikes >= STRIKES) return true;
    this.#strikes.set(id, strikes);
    const [eldest] = this.#strikes.keys();
    if (this.#strikes.size > FULL && eldest !== undefined) this.#strikes.delete(eldest);
    return false;
  }

  #stanzasOnTheirWay(): number {
    return this.#batches.reduce((sum, batch) => sum + batch.stanzas.length, 0);
  }
}

const NEVER_WRITTEN = 'There is no stream to the server.';
