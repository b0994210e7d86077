import { Worker } from 'node:worker_threads';
import type { Kept } from '../contract/index.ts';
import { type Answer, type Opening, READY, type WorkerData } from './messages.ts';

export interface ThreadSettings {
  readonly worker: URL;
  readonly data: WorkerData;
  readonly limitMs: number;
  readonly heapMb: number;
  readonly onError: (error: unknown) => void;
}

interface UnderWay {
  readonly until: number;
  readonly end: (opening: Opening) => void;
}

/** One worker thread, begun when it is needed and begun anew when it has died. */
export class OpenerThread {
  readonly #settings: ThreadSettings;
  /** In the order of their end. */
  readonly #underWay = new Map<number, UnderWay>();
  #worker: Worker | undefined;
  #numbers = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: ThreadSettings) {
    this.#settings = settings;
  }

  /** How many are under way. */
  get openings(): number {
    return this.#underWay.size;
  }

  /** Never rejects. */
  open(kept: Kept): Promise<Opening> {
    this.#numbers += 1;
    const number = this.#numbers;
    return new Promise((resolve) => {
      const end = (opening: Opening) => {
        this.#underWay.delete(number);
        resolve(opening);
      };
      this.#underWay.set(number, { until: performance.now() + this.#settings.limitMs, end });
      this.#timer ??= setTimeout(() => this.#endOverdue(), this.#settings.limitMs).unref();
      try {
        this.#running().postMessage({ number, kept });
      } catch (error) {
        this.#neverBegan(error);
      }
    });
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#kill({ is: 'later', afterMs: 1_000 });
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const { worker: file, data, heapMb } = this.#settings;
    const worker = new Worker(file, {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 32 },
    });
    worker.unref();
    let ready = false;
    worker.on('message', (message: unknown) => {
      if (message === READY) ready = true;
      else if (isAnswer(message)) this.#underWay.get(message.number)?.end(message.opening);
    });
    let met: { readonly error: unknown } | undefined;
    worker.on('error', (error) => {
      // Its answers come by another way, and may be behind. They are here before its end.
      met = { error };
    });
    worker.on('exit', (code) => {
      // One that was replaced has nothing to do with what is under way now.
      if (this.#worker !== worker) return;
      const why = met === undefined ? 'its worker ended' : `its worker died (${nameOf(met.error)})`;
      if (ready) void this.#kill({ is: 'failed', why });
      else this.#neverBegan(met === undefined ? new Error(`a worker ended: ${code}`) : met.error);
    });
    this.#worker = worker;
    return worker;
  }

  /** All that is in the thread ends with it: whoever is to blame is found out alone. */
  async #kill(opening: Opening): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    for (const { end } of [...this.#underWay.values()]) end(opening);
    await worker?.terminate();
  }

  /** No memory, no thread, no module: that is not the fault of what was kept. */
  #neverBegan(error: unknown): void {
    this.#settings.onError(error);
    void this.#kill({ is: 'later', afterMs: 60_000 });
  }

  #endOverdue(): void {
    this.#timer = undefined;
    const [first] = this.#underWay.values();
    if (first === undefined) return;
    const left = first.until - performance.now();
    if (left <= 0) void this.#kill({ is: 'failed', why: 'it took too long' });
    else this.#timer = setTimeout(() => this.#endOverdue(), left).unref();
  }
}

/** Libraries that an opener uses may speak to its parent, too. */
function isAnswer(message: unknown): message is Answer {
  return typeof message === 'object' && message !== null && 'number' in message;
}

function nameOf(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'an error';
}
