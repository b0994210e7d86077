import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import type { AdapterLog } from '../contract/index.ts';
import { serialiseError } from './error.ts';
import { maskAddressesIn, secretMask } from './mask.ts';
import { StandardOutput } from './standard-output.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';

/** Plain values, and as `error` whatever was caught. Anything else is named, not shown. */
type Fields = Readonly<Record<string, unknown>>;

/**
 * One JSON line an event: `time` (ISO 8601, UTC), `level`, the fields, `msg`. An error is an object
 * of `type`, `message`, `code`, `cause`, at `debug` also `stack`; never what else it carries. No
 * secret of the configuration stands in a line, and no full address above `debug`.
 */
export interface Log extends AdapterLog {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
  /** A log whose every line has these fields too. */
  child(fields: Fields): Log;
}

export interface LogOptions {
  /** The least that is written. */
  readonly level: Level;
  /** Masked wherever they appear. */
  readonly secrets: readonly string[];
  /** Standard output, if left out. Whoever reads that may end: what is written then is dropped. */
  readonly destination?: DestinationStream;
}

/** The log itself, and what can be changed of it; its children follow. */
export interface OpenLog extends Log {
  change(options: Pick<LogOptions, 'level' | 'secrets'>): void;
}

export function openLog({ level, secrets, destination }: LogOptions): OpenLog {
  const lines = pino(
    {
      // What is written is decided here, for all children at once.
      level: 'debug',
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? new StandardOutput(),
  );
  const rule: Rule = { least: RANK[level], mask: secretMask(secrets) };
  const log = new MaskedLog(lines, rule);
  return Object.assign(log, {
    change(options: Pick<LogOptions, 'level' | 'secrets'>) {
      rule.least = RANK[options.level];
      rule.mask = secretMask(options.secrets);
    },
  });
}

const RANK: Readonly<Record<Level, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** What holds for a log and all its children. */
interface Rule {
  least: number;
  mask: (text: string) => string;
}

class MaskedLog implements Log {
  readonly #lines: Logger;
  readonly #rule: Rule;

  constructor(lines: Logger, rule: Rule) {
    this.#lines = lines;
    this.#rule = rule;
  }

  debug(fields: Fields, message: string): void {
    this.#write('debug', fields, message);
  }

  info(fields: Fields, message: string): void {
    this.#write('info', fields, message);
  }

  warn(fields: Fields, message: string): void {
    this.#write('warn', fields, message);
  }

  error(fields: Fields, message: string): void {
    this.#write('error', fields, message);
  }

  child(fields: Fields): Log {
    return new MaskedLog(this.#lines.child(this.#clean(fields, 'info')), this.#rule);
  }

  #write(level: Level, fields: Fields, message: string): void {
    if (RANK[level] < this.#rule.least) return;
    this.#lines[level](this.#clean(fields, level), this.#text(message, level));
  }

  #clean(fields: Fields, level: Level): Fields {
    const entries = Object.entries(fields).map(([key, value]) => [
      RESERVED.has(key) ? `${key}_` : key,
      key === 'error' ? this.#error(value, level) : this.#value(value, level),
    ]);
    return Object.fromEntries(entries);
  }

  #value(value: unknown, level: Level): unknown {
    if (typeof value === 'string') return this.#text(value, level);
    if (typeof value === 'number' || typeof value === 'boolean' || value === undefined)
      return value;
    return `(${typeof value})`;
  }

  #error(error: unknown, level: Level): unknown {
    if (error === undefined) return undefined;
    return serialiseError(error, (text) => this.#text(text, level), level === 'debug');
  }

  #text(text: string, level: Level): string {
    const masked = this.#rule.mask(text);
    const short = masked.length <= MAX_TEXT ? masked : `${masked.slice(0, MAX_TEXT)}…`;
    const shown = level === 'debug' ? short : maskAddressesIn(short);
    return shown.replace(INVISIBLE, escapeCharacter).toWellFormed();
  }
}

const MAX_TEXT = 4096;
const RESERVED: ReadonlySet<string> = new Set(['time', 'level', 'msg']);

// What JSON leaves as it is, and a terminal or a viewer takes as a line end, a command or a change of direction.
const INVISIBLE = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function escapeCharacter(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
