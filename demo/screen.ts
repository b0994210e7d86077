import { performance } from 'node:perf_hooks';

/** After so long without a word a person begins to wonder. */
const STILL_WAITING_MS = 5_000;

/** What the demo prints: for people, or with `--json` one object a crossing, and the rest aside. */
export class Screen {
  readonly #json: boolean;

  constructor(json: boolean) {
    this.#json = json;
  }

  say(line: string): void {
    (this.#json ? process.stderr : process.stdout).write(`${line}\n`);
  }

  /** Tells a step when it is done, and that it still goes on when it takes long. */
  async step<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    const started = performance.now();
    const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
    const waiting = setInterval(
      () => this.say(`  … ${what}: still waiting, ${seconds()} s`),
      STILL_WAITING_MS,
    );
    try {
      const result = await work();
      this.say(`  ✓ ${what.padEnd(48)} ${seconds()} s`);
      return result;
    } catch (error) {
      this.say(`  ✗ ${what}`);
      throw error;
    } finally {
      clearInterval(waiting);
    }
  }

  crossing(result: CrossingResult, what: string): void {
    const { ok, ms, reason } = result;
    if (this.#json) process.stdout.write(`${JSON.stringify(result)}\n`);
    this.say(ok ? `  ✓ ${what}  ${ms} ms` : `  ✗ ${what}  ${reason}`);
  }
}

export interface CrossingResult {
  readonly network: string;
  readonly direction: 'outbound' | 'inbound';
  readonly ok: boolean;
  /** From the writing to the arrival, or to the failure. */
  readonly ms: number;
  readonly reason?: string;
}
