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
      },
    });
    const wait = Number(values.wait);
    if (!Number.isFinite(wait) || wait < 0) throw new UsageError('--wait takes seconds.');
    return { config: values.config, json: values.json, wait, words: positionals };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
