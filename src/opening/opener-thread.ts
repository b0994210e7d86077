import { Worker } from 'node:worker_threads';
import type { Kept } from '../contract/index.ts';
import type { Answer, Opening, WorkerData } from './messages.ts';

export interface ThreadSettings {
  readonly worker: URL;
  readonly data: WorkerData;
  readonly limitMs: number;
  readonly heapMb: number;
  /** How many openings at once. */
  readonly together: number;
}

interface UnderWay {
  readonly until: number;
  readonly end: (opening: Opening) => void;
}

/** One worker thread, begun when it is needed and begun anew when it has died. */
export class OpenerThread {
  readonly #settings: ThreadSettings;
  readonly #underWay = new Map<number, UnderWay>();
  #worker: Worker | undefined;
  #alone = false;
  #numbers = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: ThreadSettings) {
    this.#settings = settings;
  }

  /** @param alone nothing else may be in it */
  takes(alone: boolean): boolean {
    if (this.#alone) return false;
    return this.#underWay.size < (alone ? 1 : this.#settings.together);
  }

  /** Never rejects. */
  open(kept: Kept, alone: boolean): Promise<Opening> {
    this.#numbers += 1;
    const number = this.#numbers;
    this.#alone = alone;
    return new Promise((resolve) => {
      const end = (opening: Opening) => {
        this.#underWay.delete(number);
        if (this.#underWay.size === 0) this.#alone = false;
        resolve(opening);
      };
      this.#underWay.set(number, { until: performance.now() + this.#settings.limitMs, end });
      this.#timer ??= setTimeout(() => this.#endOverdue(), this.#settings.limitMs).unref();
      this.#running().postMessage({ number, kept });
    });
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#kill('stopped');
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const { worker: file, data, heapMb } = this.#settings;
    const worker = new Worker(file, {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 32 },
    });
    worker.unref();
    worker.on('message', ({ number, opening }: Answer) => this.#underWay.get(number)?.end(opening));
    const died = (why: string) => {
      // One that was replaced has nothing to do with what is under way now.
      if (this.#worker === worker) void this.#kill(why);
    };
    worker.on('error', (error) => died(`its worker died (${nameOf(error)})`));
    worker.on('exit', () => died('its worker ended'));
    this.#worker = worker;
    return worker;
  }

  /** All that is in the thread fails with it: whoever is to blame is found out alone. */
  async #kill(why: string): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    for (const { end } of [...this.#underWay.values()]) end({ is: 'failed', why });
    await worker?.terminate();
  }

  #endOverdue(): void {
    this.#timer = undefined;
    const [first] = this.#underWay.values();
    if (first === undefined) return;
    const left = first.until - performance.now();
    if (left <= 0) void this.#kill('it took too long');
    else this.#timer = setTimeout(() => this.#endOverdue(), left).unref();
  }
}

function nameOf(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'an error';
}
