import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

const TAIL_LINES = 20;
/** Longer than Postern needs to stop in order. */
const PATIENCE_MS = 20_000;

/** One program of the demo: what it prints goes to a file, and its last lines are kept. */
export class Child {
  readonly name: string;
  /** Resolves when it has ended, with how. Never rejects. */
  readonly ended: Promise<string>;
  readonly #process: ChildProcess;
  readonly #tail: string[] = [];
  readonly #firstLine: Promise<string>;
  #how: string | undefined;

  /** @param logFile what it prints, in full */
  constructor(
    name: string,
    command: string,
    args: readonly string[],
    options: { readonly cwd: string; readonly logFile: string; readonly env?: NodeJS.ProcessEnv },
  ) {
    this.name = name;
    // A group of its own: Ctrl-C reaches the demo alone, which then stops all in the right order.
    this.#process = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const log = createWriteStream(options.logFile);
    const keep = (line: string) => {
      log.write(`${line}\n`);
      this.#tail.push(line);
      if (this.#tail.length > TAIL_LINES) this.#tail.shift();
    };
    const lines = [this.#process.stdout, this.#process.stderr].map((stream) => {
      const reader = createInterface({ input: stream ?? process.stdin });
      return reader.on('line', keep);
    });
    this.#firstLine = new Promise((resolve) => lines[0]?.once('line', resolve));
    this.ended = this.#watch(command).finally(() => log.end());
  }

  /** How it ended, or undefined while it runs. */
  get how(): string | undefined {
    return this.#how;
  }

  /** The last lines that it printed. */
  get tail(): readonly string[] {
    return this.#tail;
  }

  /** The first line on its standard output. @throws Error if it ends before. */
  firstLine(): Promise<string> {
    return Promise.race([
      this.#firstLine,
      this.ended.then((how) => {
        throw new Error(`${this.name} ${how}`);
      }),
    ]);
  }

  /** Asks it to end, and after a while makes it, with all that it started. */
  async stop(): Promise<void> {
    const { pid } = this.#process;
    if (this.#how !== undefined || pid === undefined) return;
    this.#process.kill('SIGTERM');
    const late = setTimeout(() => process.kill(-pid, 'SIGKILL'), PATIENCE_MS);
    await this.ended;
    clearTimeout(late);
  }

  async #watch(command: string): Promise<string> {
    const end = (how: string) => {
      this.#how = how;
      return how;
    };
    try {
      const [code, signal] = await once(this.#process, 'close');
      return end(signal === null ? `ended with ${code}` : `was ended by ${signal}`);
    } catch (error) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      return end(
        missing ? `can not start: ${command} is not installed` : `can not start: ${error}`,
      );
    }
  }
}
