import { parseArgs } from 'node:util';

/** The command line can not be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Arguments {
  /** `-c`, `--config`; default `config/postern.yaml`. */
  readonly config: string;
  readonly json: boolean;
  /** Seconds. */
  readonly wait: number;
  /** Asks nothing before it does what can not be undone. */
  readonly yes: boolean;
  /** Shows the text of a message, too. */
  readonly body: boolean;
  /** How many at most; undefined: as many as are usual. */
  readonly last: number | undefined;
  /** What comes behind this message. */
  readonly after: string | undefined;
  /** `--all` is the word, too. */
  readonly words: readonly string[];
}

/** @throws UsageError */
export function readArguments(argv: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        config: { type: 'string', short: 'c', default: 'config/postern.yaml' },
        json: { type: 'boolean', default: false },
        wait: { type: 'string', default: '0' },
        yes: { type: 'boolean', short: 'y', default: false },
        body: { type: 'boolean', default: false },
        last: { type: 'string' },
        after: { type: 'string' },
        all: { type: 'boolean', default: false },
      },
    });
    const wait = Number(values.wait);
    if (!Number.isFinite(wait) || wait < 0) throw new UsageError('--wait takes seconds.');
    const last = values.last === undefined ? undefined : Number(values.last);
    if (last !== undefined && !(Number.isInteger(last) && last > 0)) {
      throw new UsageError('--last takes a number from 1 on.');
    }
    const { config, json, yes, body, after } = values;
    const words = values.all ? [...positionals, 'all'] : positionals;
    return { ...{ config, json, yes, body, after, last }, wait, words };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
