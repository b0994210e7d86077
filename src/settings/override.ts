import type { Path, SettingsDocument } from './document.ts';
import type { JsonSchema, SchemaLookup } from './json-schema.ts';
import { fold, nearest } from './nearest.ts';
import type { Problem } from './problem.ts';

const PREFIX = 'POSTERN__';

/** One environment variable that stands for a setting: `POSTERN__XMPP__CONNECT=127.0.0.1:5347`. */
export interface Override {
  readonly variable: string;
  /** The parts of its name: keys, positions in a list, ids of transports. */
  readonly words: readonly string[];
  readonly text: string;
}

/** The overrides among the variables, in an order in which lists can grow. */
export function overridesIn(environment: Readonly<Record<string, string | undefined>>): Override[] {
  return Object.entries(environment)
    .filter(([variable]) => variable.startsWith(PREFIX))
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([variable, text = '']) => ({
      variable,
      words: variable.slice(PREFIX.length).split('__'),
      text,
    }));
}

/** Whether it changes what an adapter reads: that can be understood only once the adapter is loaded. */
export function isForAdapter({ words }: Override): boolean {
  const [first = '', , part = ''] = words;
  return fold(first) === 'transports' && ['config', 'accounts'].includes(fold(part));
}

/** Writes the overrides into the document; those that name no setting are problems. */
export function applyOverrides(
  document: SettingsDocument,
  overrides: readonly Override[],
  schema: SchemaLookup,
): Problem[] {
  const problems: Problem[] = [];
  for (const override of overrides) {
    const place = { variable: override.variable };
    const located = locate(document, override, schema);
    if ('problem' in located) {
      problems.push({ place, text: located.problem });
    } else {
      document.set(located.path, convert(override.text, schema.at(located.path)), place);
    }
  }
  return problems;
}

type Located = { readonly path: Path } | { readonly problem: string };

function locate(document: SettingsDocument, override: Override, schema: SchemaLookup): Located {
  let path: Path = [];
  for (const word of override.words) {
    const key = step(document, path, word, schema);
    if (key === undefined) return { problem: unknown(path, word, schema, document) };
    path = [...path, key];
  }
  return { path };
}

/** The key or position that the word means in the block at this path. */
function step(
  document: SettingsDocument,
  path: Path,
  word: string,
  schema: SchemaLookup,
): string | number | undefined {
  const value = document.get(path);
  const schemas = schema.at(path);
  if (Array.isArray(value) || schemas.some((each) => each.items !== undefined)) {
    const position = inList(Array.isArray(value) ? value : [], word);
    if (position !== undefined) return position;
  }
  const written = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const known = [...written, ...schema.keys(path)].find((key) => fold(key) === fold(word));
  if (known !== undefined) return known;
  const anyKey = schemas.some((each) => typeof each.additionalProperties === 'object');
  return anyKey && word !== '' ? word : undefined;
}

/** A position, at most one behind the last; or the `id` of an entry. */
function inList(list: readonly unknown[], word: string): number | undefined {
  if (/^\d+$/.test(word)) return Number(word) <= list.length ? Number(word) : undefined;
  const position = list.findIndex(
    (entry) =>
      typeof entry === 'object' &&
      entry !== null &&
      'id' in entry &&
      fold(String(entry.id)) === fold(word),
  );
  return position < 0 ? undefined : position;
}

function unknown(
  path: Path,
  word: string,
  schema: SchemaLookup,
  document: SettingsDocument,
): string {
  const value = document.get(path);
  const block = path.length === 0 ? 'the configuration' : path.join('.');
  if (Array.isArray(value)) return `${word} is no entry of ${block}: write its position or id.`;
  const suggestion = nearest(word, schema.keys(path));
  const hint = suggestion === undefined ? '' : ` Did you mean ${suggestion.toUpperCase()}?`;
  return `${word} names no setting in ${block}.${hint}`;
}

/** A variable is text; where the setting is a number or a yes-or-no it is read as such. */
function convert(text: string, schemas: readonly JsonSchema[]): unknown {
  const types = new Set(schemas.map((schema) => schema.type));
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  const numeric = types.has('integer') || types.has('number');
  return numeric && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
