import { readFileSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Path, SettingsDocument } from './document.ts';
import type { Problem } from './problem.ts';

const MAX_FILE_BYTES = 65_536;

export interface Elsewhere {
  readonly path: Path;
  readonly file?: string;
  /** Everybody on this machine can read that file. */
  readonly exposed: boolean;
}

/** What came of replacing `{ file: … }` and `{ env: … }` by the text they point to. */
export interface Sourced {
  readonly problems: readonly Problem[];
  /** Places whose text could not be read: nothing further should be said about them. */
  readonly unread: readonly Path[];
  /** Places whose text stands elsewhere, and in which file: undefined for a variable. */
  readonly elsewhere: readonly Elsewhere[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Any text of the configuration may stand elsewhere: a mapping with the one key `file` (a path
 * relative to the configuration, at most 64 KiB, line ends at its end dropped) or `env` (the name
 * of a variable) is replaced by what it points to.
 */
export function resolveSources(document: SettingsDocument, environment: Environment): Sourced {
  const problems: Problem[] = [];
  const unread: Path[] = [];
  const elsewhere: Elsewhere[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (typeof value !== 'object' || value === null) return;
    const source = asSource(value);
    if (source === undefined) {
      for (const [key, inner] of entries(value)) visit(inner, [...path, key]);
      return;
    }
    const place = document.place(path);
    const read = readSource(source, document.file, environment);
    if ('problem' in read) {
      problems.push({ place, text: read.problem });
      unread.push(path);
      return;
    }
    elsewhere.push({ path, ...read.from });
    document.set(path, read.text, place);
  };
  visit(document.root, []);
  return { problems, unread, elsewhere };
}

type Source = { readonly kind: 'file' | 'env'; readonly name: string };

function asSource(value: object): Source | undefined {
  const [only, ...others] = Object.entries(value);
  if (only === undefined || others.length > 0) return undefined;
  const [kind, name] = only;
  if ((kind !== 'file' && kind !== 'env') || typeof name !== 'string') return undefined;
  return { kind, name };
}

type Read =
  | { readonly text: string; readonly from: Omit<Elsewhere, 'path'> }
  | { readonly problem: string };

function readSource(source: Source, file: string, environment: Environment): Read {
  if (source.kind === 'file') return readText(resolve(dirname(file), source.name));
  const text = environment[source.name];
  if (text === undefined || text === '') {
    return { problem: `The environment variable ${source.name} is not set.` };
  }
  return { text, from: { exposed: false } };
}

function readText(path: string): Read {
  try {
    const stats = statSync(path);
    // A device or a pipe might never end.
    if (!stats.isFile()) return { problem: `${path} is not a regular file.` };
    if (stats.size > MAX_FILE_BYTES) return { problem: `The file ${path} is larger than 64 KiB.` };
    const text = readFileSync(path, 'utf8').replace(/[\r\n]+$/, '');
    if (text === '') return { problem: `The file ${path} is empty.` };
    return { text, from: { file: path, exposed: isExposed(stats) } };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    return { problem: `The file ${path} can not be read (${code}).` };
  }
}

/** Whether everybody on this machine can read it. Its group may: that is how services share one. */
export function isExposed(stats: Stats): boolean {
  return (stats.mode & 0o004) !== 0;
}

function entries(value: object): [string | number, unknown][] {
  return Array.isArray(value) ? value.map((inner, index) => [index, inner]) : Object.entries(value);
}
