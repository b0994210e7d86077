/** Children of tests that are programs of this project: their lines, their ends. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endedWithUs } from './child-processes.ts';
import { Inbox } from './clients/inbox.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A Node program of this checkout, run from source, whose standard output is lines of JSON. */
export class Program {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #lines = new Inbox<Readonly<Record<string, unknown>>>();
  #text = '';

  constructor(script: string, args: readonly string[], options: ProgramOptions = {}) {
    this.#child = endedWithUs(
      spawn(process.execPath, ['--conditions=source', `${ROOT}${script}`, ...args], {
        cwd: options.cwd ?? ROOT,
        env: { ...process.env, NODE_OPTIONS: '', ...options.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    this.#exited = once(this.#child, 'close');
    const { stdout, stderr } = this.#child;
    if (stdout !== null) createInterface(stdout).on('line', (line) => this.#read(line));
    stderr?.setEncoding('utf8').on('data', (text: string) => this.#keep(text));
    void this.#exited.then(() => this.#lines.end(new Error(`${script} has ended:\n${this.#text}`)));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** The last of what it has printed. */
  get output(): string {
    return this.#text;
  }

  /** The first line that fits, of those that came or will come. It is taken out. @throws Error when the program ends first */
  printed(wanted: (line: Readonly<Record<string, unknown>>) => boolean) {
    return this.#lines.take(wanted);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends a signal that ends it; the exit code, or null when the signal itself ended it. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGCONT');
      this.#child.kill(signal);
    }
    await this.#exited;
    return this.#child.exitCode;
  }

  /** Resolves to the exit code when it has ended by itself. */
  async exited(): Promise<number | null> {
    await this.#exited;
    return this.#child.exitCode;
  }

  #read(line: string): void {
    this.#keep(`${line}\n`);
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === 'object' && value !== null) this.#lines.add(value as never);
    } catch {
      // Words for a person: they are kept in the output.
    }
  }

  #keep(text: string): void {
    this.#text = (this.#text + text).slice(-100_000);
  }
}
