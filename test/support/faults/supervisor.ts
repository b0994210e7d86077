import type { GatewayProcess } from '../gateway.ts';
import type { Program } from '../processes.ts';
import { Watched } from '../watched.ts';

/** Starts the gateway again whenever it ends, as an operator's init does. */
export class Supervisor extends Watched {
  /** Of every process that is started from now on. */
  env: Readonly<Record<string, string>> = {};
  /** How often it was started again. */
  restarts = 0;
  /** What it said when it ended although nobody had killed it. */
  readonly ends: string[] = [];
  readonly #gateway: GatewayProcess;
  readonly #watching: Promise<void>;
  readonly #killed = new WeakSet<Program>();
  #isOver = false;

  constructor(gateway: GatewayProcess) {
    super();
    this.#gateway = gateway;
    this.#watching = this.#watch();
  }

  /** Resolves when the next process runs. */
  async kill(): Promise<void> {
    const next = this.restarts + 1;
    const { program } = this.#gateway;
    this.#killed.add(program);
    await program.end('SIGKILL');
    await this.until(({ restarts }) => restarts >= next);
  }

  /** SIGTERM. Resolves when the next process runs. */
  async end(): Promise<void> {
    const next = this.restarts + 1;
    const { program } = this.#gateway;
    this.#killed.add(program);
    // With a clock that is preloaded it was seen to hang in its very exit, when all was done and said.
    const isDone = program.printed(({ msg }) => msg === 'ended');
    isDone.then(
      () => program.end('SIGKILL'),
      () => undefined,
    );
    await program.end();
    await this.until(({ restarts }) => restarts >= next);
  }

  /** Resolves when every domain is up, also where it ends and is started again meanwhile. */
  async up(): Promise<void> {
    for (let isUp = false; !isUp; ) {
      const { restarts } = this;
      isUp = await this.#gateway.ready().then(
        () => true,
        async (error: unknown) => {
          if (this.#gateway.program.exitCode === null && this.restarts === restarts) throw error;
          await this.until((it) => it.restarts > restarts);
          return false;
        },
      );
    }
  }

  /** From now on an end is the end. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#gateway.program.end();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    for (;;) {
      const { program } = this.#gateway;
      await program.exited();
      if (this.#isOver) return;
      if (!this.#killed.has(program)) this.ends.push(program.output);
      await this.#gateway.restart(this.env);
      this.restarts += 1;
      this.changed();
    }
  }
}
