import type { Socket } from 'node:net';
import { type Flow, nextStep } from './flow.ts';

/** So much may wait in a proxy: past it, who writes is held up. */
const MOST_WAITING = 256 * 1024;

export interface PumpOptions {
  readonly from: Socket;
  readonly to: Socket;
  /** What applies now. */
  readonly flow: () => Flow;
  /** Something was thrown away. */
  readonly lost: () => void;
  readonly cut: () => void;
}

/** One way through one connection. */
export class Pump {
  readonly #options: PumpOptions;
  /** Each with the moment at which it came. */
  readonly #waiting: { bytes: Buffer; readonly at: number }[] = [];
  #length = 0;
  #isWriting = false;
  #hasEnded = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PumpOptions) {
    this.#options = options;
    const { from, to } = options;
    from.on('data', (bytes: Buffer) => {
      this.#waiting.push({ bytes, at: performance.now() });
      this.#length += bytes.length;
      if (this.#length > MOST_WAITING) from.pause();
      this.step();
    });
    from.on('end', () => {
      this.#hasEnded = true;
      this.step();
    });
    to.on('close', () => this.stop());
  }

  /** Looks what may leave. Called again when the flow has changed. */
  step(): void {
    clearTimeout(this.#timer);
    const { from, to, flow, lost, cut } = this.#options;
    if (this.#isWriting || to.destroyed) return;
    const now = flow();
    if (this.#waiting.length === 0) {
      if (!this.#hasEnded) return;
      if (now.is === 'black-hole') lost();
      else if (now.is !== 'stall') to.end();
      return;
    }
    // A delay is counted for each piece that came; all else looks at the whole.
    if (now.is === 'cut') this.#join();
    const [oldest = { bytes: Buffer.alloc(0), at: 0 }] = this.#waiting;
    const step = nextStep(now, oldest.bytes, performance.now() - oldest.at);
    const sent = this.#take(step.send);
    if (this.#length <= MOST_WAITING) from.resume();
    if (step.swallow) lost();
    const then = (): void => {
      this.#isWriting = false;
      if (step.cut) cut();
      // A whole turn of the loop, so that this piece can be read alone.
      else if (step.waitMs === undefined) setImmediate(() => setImmediate(() => this.step()));
      else if (step.waitMs < Number.POSITIVE_INFINITY) {
        this.#timer = setTimeout(() => this.step(), step.waitMs);
      }
    };
    this.#isWriting = true;
    if (sent.length === 0 || step.swallow) then();
    else to.write(sent, then);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
  }

  #join(): void {
    if (this.#waiting.length < 2) return;
    const bytes = Buffer.concat(this.#waiting.map((each) => each.bytes));
    this.#waiting.splice(0, this.#waiting.length, { bytes, at: performance.now() });
  }

  #take(count: number): Buffer {
    const [oldest] = this.#waiting;
    if (oldest === undefined) return Buffer.alloc(0);
    const taken = oldest.bytes.subarray(0, count);
    oldest.bytes = oldest.bytes.subarray(count);
    this.#length -= taken.length;
    if (oldest.bytes.length === 0) this.#waiting.shift();
    return taken;
  }
}
