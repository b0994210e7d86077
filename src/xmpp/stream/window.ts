/**
 * What is on its way to the server: batches, each followed by a ping, in the order of the wire. The
 * ping that comes back acknowledges its batch. Knows nothing of sockets and timers.
 */

import { crashPoint } from '../../crash-point.ts';
import { PoisonousError, StreamLostError } from '../port.ts';
import { followedBy, NO_STANZA, type StanzaXml } from '../xml/serialise.ts';
import type { Suspicion } from './end.ts';

const BATCH = 32;
const BATCHES = 4;
/** UTF-16 units of XML in one batch, or one stanza if that is larger. */
const BATCH_LENGTH = 256 * 1024;
const FULL = BATCH * BATCHES;

/**
 * A stanza that was alone when the stream ended is poisonous at this much evidence: two complaints
 * of the server, or five ends without a word. Servers that are restarted end without a word, too.
 */
const POISONOUS = 10;
const EVIDENCE: Readonly<Record<Suspicion, number>> = { none: 0, weak: 2, strong: 5 };

interface Waiting {
  readonly xml: StanzaXml;
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
  #certainAt: number | undefined;
  /** Acknowledgements that must come one by one before the window opens again. */
  #careful = 0;
  #live = 0;
  #liveCertain = 0;
  readonly #evidence = new Map<string, number>();

  /** When the oldest ping that has not come back was taken; undefined when all have. */
  get unansweredSince(): number | undefined {
    return this.#batches[0]?.pingedAt;
  }

  /** When the newest ping was taken. */
  get pingedAt(): number {
    return this.#pingedAt;
  }

  /** When the newest ping that came back was taken, also after its stream; undefined: none ever did. */
  get certainAt(): number | undefined {
    return this.#certainAt;
  }

  /** The number of the oldest ping that has not come back. */
  get oldestPing(): number {
    return this.#oldest;
  }

  /**
   * After a loss: a stanza, or what is live, but not both are on their way together, or a poisonous one
   * could hide behind a gateway that always has something live to say.
   */
  get careful(): boolean {
    return this.#careful > 0;
  }

  /** Whether a stanza that was added is on its way. */
  get underWay(): boolean {
    return this.#batches.some(({ stanzas }) => stanzas.length > 0);
  }

  /** How many live stanzas were written of which nobody knows whether the server has them. */
  get liveUncertain(): number {
    return this.#live - this.#liveCertain;
  }

  /** @throws StreamLostError, PoisonousError */
  add(xml: StanzaXml, id: string | undefined): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.push({ xml, id, resolve, reject }));
  }

  /** So many live stanzas are written: one of them may be what ends the stream. */
  addLive(count: number): void {
    this.#live += count;
  }

  /**
   * Takes the next batch, to be written at once, its ping after it.
   * @param now of a monotonic clock, in milliseconds
   * @returns its XML and the number of its ping; undefined when nothing waits or the window is full
   */
  takeBatch(now: number): { readonly xml: StanzaXml; readonly ping: number } | undefined {
    const { careful } = this;
    const room = careful
      ? !this.underWay && this.#live === this.#liveCertain
      : this.#batches.length < BATCHES;
    if (!room || this.#waiting.length === 0) return undefined;
    let count = 0;
    let xml = NO_STANZA;
    for (const { xml: next } of this.#waiting.slice(0, careful ? 1 : BATCH)) {
      if (count > 0 && xml.length + next.length > BATCH_LENGTH) break;
      xml = followedBy(xml, next);
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
    this.#certainAt = batch.pingedAt;
    if (batch.stanzas.length > 0) crashPoint('barrier.after', '');
    this.#careful = Math.max(0, this.#careful - batch.stanzas.length);
    for (const stanza of batch.stanzas) {
      if (stanza.id !== undefined) this.#evidence.delete(stanza.id);
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
   */
  lose(suspicion: Suspicion): void {
    const lost = this.#batches.splice(0).flatMap((batch) => batch.stanzas);
    const [alone, another] = lost;
    const isAlone = another === undefined && this.#live === this.#liveCertain;
    const poisonous = isAlone && alone !== undefined && this.#isPoisonous(alone, suspicion);
    if (lost.length > 0) this.#careful = FULL;
    this.#oldest = this.#live = this.#liveCertain = 0;
    for (const stanza of lost) {
      stanza.reject(
        poisonous
          ? new PoisonousError('Alone on its way, it ended the stream again and again.')
          : new StreamLostError('The stream ended before the server had answered for it.'),
      );
    }
    this.refuseWaiting();
  }

  /** Adds to the evidence. A stanza without an id can not be known again. */
  #isPoisonous({ id }: Waiting, suspicion: Suspicion): boolean {
    if (id === undefined || suspicion === 'none') return false;
    const evidence = (this.#evidence.get(id) ?? 0) + EVIDENCE[suspicion];
    this.#evidence.delete(id);
    if (evidence >= POISONOUS) return true;
    this.#evidence.set(id, evidence);
    const [eldest] = this.#evidence.keys();
    if (this.#evidence.size > FULL && eldest !== undefined) this.#evidence.delete(eldest);
    return false;
  }
}

const NEVER_WRITTEN = 'There is no stream to the server.';
