import type { Arguments } from './arguments.ts';

/** One verb of the command line. */
export interface Verb {
  /** What follows the verb, for the usage: `ID`. */
  readonly form: string;
  readonly summary: string;
  /** Further forms of it, each by the word that follows it. */
  readonly parts?: readonly {
    readonly word: string;
    readonly form: string;
    readonly summary: string;
  }[];
  /** Resolves to the exit code. */
  run(args: Arguments): Promise<number>;
}
