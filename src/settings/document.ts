import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import { type Place, SettingsError } from './problem.ts';
import { QUOTE, syntaxProblems } from './syntax.ts';

export type Path = readonly (string | number)[];

// Aliases make a tree of any size out of a small file, or one without an end.
const MAX_VALUES = 50_000;
const MAX_DEPTH = 32;

/**
 * A configuration file as plain values, each with the place where it was written. Later stages
 * replace values (from the environment, from secret files); the places follow.
 */
export class SettingsDocument {
  readonly file: string;
  #root: unknown = {};
  readonly #places = new Map<string, { readonly key: Place; readonly value: Place }>();
  #values = 0;

  /**
   * Reads YAML 1.2.
   * @throws SettingsError for anything that is not one well-formed document with a mapping in it.
   */
  constructor(file: string, text: string) {
    this.file = file;
    const lines = new LineCounter();
    const document = parseDocument(text, {
      version: '1.2',
      uniqueKeys: true,
      stringKeys: true,
      prettyErrors: false,
      lineCounter: lines,
    });
    const at = (offset: number): Place => {
      const { line, col } = lines.linePos(offset);
      return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
    };
    const errors = [...document.errors, ...document.warnings];
    if (errors.length > 0) {
      throw new SettingsError(
        syntaxProblems(errors, text).map((each) => ({ place: at(each.offset), text: each.text })),
      );
    }
    this.#read(document, at);
  }

  get root(): unknown {
    return this.#root;
  }

  get(path: Path): unknown {
    let value = this.#root;
    for (const key of path) value = child(value, key);
    return value;
  }

  /** Where the value is written; for one that is missing, where the nearest block around it is. */
  place(path: Path): Place {
    return this.#nearest(path).value;
  }

  /** Where the key is written, for a problem with the key itself. */
  keyPlace(path: Path): Place {
    return this.#nearest(path).key;
  }

  /** Whether the value itself stands in the file (or a variable), as opposed to a block around it. */
  has(path: Path): boolean {
    return this.#places.has(id(path));
  }

  /** Sets one value and makes the mappings and lists on the way to it. */
  set(path: Path, value: unknown, place: Place): void {
    const last = path.at(-1);
    if (last === undefined) {
      this.#root = value;
    } else {
      const parent = path.slice(0, -1);
      if (!isContainer(this.get(parent), last)) {
        this.set(parent, typeof last === 'number' ? [] : {}, place);
      }
      put(this.get(parent), last, value);
    }
    const key = this.#places.get(id(path))?.key ?? place;
    this.#places.set(id(path), { key, value: place });
  }

  #nearest(path: Path): { readonly key: Place; readonly value: Place } {
    for (let length = path.length; length >= 0; length--) {
      const found = this.#places.get(id(path.slice(0, length)));
      if (found !== undefined) return found;
    }
    const start = { file: this.file, line: 1, column: 1 };
    return { key: start, value: start };
  }

  #read(document: Document, at: (offset: number) => Place): void {
    const node = document.contents as Node | null;
    if (node === null) return;
    this.#root = this.#convert(document, node, [], at, at(node.range?.[0] ?? 0));
    if (!isMap(node)) {
      const text = 'The configuration must be a mapping: lines of the form  key: value.';
      throw new SettingsError([{ place: this.place([]), text }]);
    }
  }

  #convert(
    document: Document,
    node: Node | null,
    path: Path,
    at: (offset: number) => Place,
    keyPlace: Place,
  ): unknown {
    const value = node?.range == null ? keyPlace : at(node.range[0]);
    this.#places.set(id(path), { key: keyPlace, value });
    if (++this.#values > MAX_VALUES || path.length > MAX_DEPTH) {
      throw new SettingsError([
        { place: value, text: 'The configuration is too large or too deep. Look at its aliases.' },
      ]);
    }
    const resolved = isAlias(node) ? node.resolve(document) : node;
    if (isAlias(node) && resolved === undefined) {
      throw new SettingsError([{ place: value, text: `No anchor has this name. ${QUOTE}` }]);
    }
    if (isMap<Node, Node | null>(resolved)) {
      const entries = resolved.items.map(({ key, value: inner }) => {
        const name = String(isScalar(key) ? key.value : key);
        const place = key.range == null ? value : at(key.range[0]);
        return [name, this.#convert(document, inner, [...path, name], at, place)];
      });
      return Object.fromEntries(entries);
    }
    if (isSeq<Node>(resolved)) {
      return resolved.items.map((item, index) =>
        this.#convert(document, item, [...path, index], at, value),
      );
    }
    // An empty value is a setting that was left out, not the value null.
    return isScalar(resolved) ? (resolved.value ?? undefined) : undefined;
  }
}

function id(path: Path): string {
  return JSON.stringify(path);
}

function child(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string | number, unknown>)[key];
}

function isContainer(value: unknown, key: string | number): boolean {
  if (typeof key === 'number') return Array.isArray(value);
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function put(container: unknown, key: string | number, value: unknown): void {
  // Not an assignment: `__proto__` must be a key like any other.
  Object.defineProperty(container, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
