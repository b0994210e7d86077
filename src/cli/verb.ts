import type { Arguments } from './arguments.ts';

/** One verb of the command line. */
export interface Verb {
  /** What follows the verb, for the usage: `ID`. */
  readonly form: string;
  readonly summary: string;
  /** Resolves to the exit code. */
  run(args: Arguments): Promise<number>;
}
