/** Stanzas into the gateway: how many a second come out at the adapter, and what each costs. */

import { measured } from './cpu.ts';
import type { Flow } from './figures.ts';
import type { GatewayUnderLoad } from './gateway-under-load.ts';
import { Stanzas } from './load.ts';
import type { RawStream } from './raw-stream.ts';

/** So many are on their way at most: the source waits for the adapter, as XMPP itself does not. */
const WINDOW = 2_048;
const A_WRITE = 64;

/** A source and what it has sent so far. */
export class Source {
  readonly #stream: RawStream;
  readonly #gateway: GatewayUnderLoad;
  readonly #stanzas = new Stanzas();
  #sent = 0;

  constructor(stream: RawStream, gateway: GatewayUnderLoad) {
    this.#stream = stream;
    this.#gateway = gateway;
  }

  /** As fast as they are delivered. @param pids whose CPU is measured */
  async flood(messages: number, pids: readonly number[]): Promise<Flow> {
    const flow = await measured(messages, pids, () => this.#flood(messages));
    this.#inTurn();
    return flow;
  }

  /** At a steady rate. Resolves to the latency of each in microseconds, from its write to the adapter. */
  async trickle(perSecond: number, seconds: number): Promise<readonly number[]> {
    const before = this.#sent;
    const messages = perSecond * seconds;
    const all = this.#sound(this.#gateway.probe.reached(before + messages, true));
    const begun = performance.now();
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const due = Math.floor(((performance.now() - begun) * perSecond) / 1_000);
        const count = Math.min(due, messages) - (this.#sent - before);
        if (count > 0) this.#write(count);
        if (this.#sent - before < messages) return;
        clearInterval(timer);
        resolve();
      }, 1);
    });
    const latencies = await all;
    this.#inTurn();
    return latencies;
  }

  /** So many, and no more than the window before `stored` says that it has the total. */
  async pour(messages: number, stored: (total: number) => Promise<void>): Promise<void> {
    for (const end = this.#sent + messages; this.#sent < end; ) {
      this.#write(Math.min(WINDOW, end - this.#sent));
      await this.#sound(stored(this.#sent));
    }
  }

  async #flood(messages: number): Promise<void> {
    const { probe } = this.#gateway;
    const end = this.#sent + messages;
    const all = this.#sound(probe.reached(end));
    while (this.#sent < end) {
      const room = WINDOW - (this.#sent - probe.delivered);
      const count = Math.min(A_WRITE, end - this.#sent, room);
      if (count < Math.min(A_WRITE, end - this.#sent)) await this.#sound(probe.progress());
      else if (!this.#write(count)) await this.#sound(this.#stream.drained());
    }
    await all;
  }

  #write(count: number): boolean {
    this.#sent += count;
    return this.#stream.write(this.#stanzas.take(count));
  }

  /** What is waited for, unless a message comes back. */
  #sound<T>(wait: Promise<T>): Promise<T> {
    const sound = Promise.race([wait, this.#stream.failed]);
    // Several wait at once, and one of them tells.
    sound.catch(() => undefined);
    return sound;
  }

  #inTurn(): void {
    const { outOfTurn } = this.#gateway.probe;
    if (outOfTurn > 0) throw new Error(`${outOfTurn} messages came out of their turn.`);
  }
}
