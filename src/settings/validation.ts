import type { z } from 'zod';
import type { Path, SettingsDocument } from './document.ts';
import { flowYaml } from './flow-yaml.ts';
import type { JsonSchema, SchemaLookup } from './json-schema.ts';
import { nearest } from './nearest.ts';
import { inReadingOrder, type Place, type Problem } from './problem.ts';
import { wording } from './wording.ts';

/** Each key of a block, as far as it is valid. */
export type Parts<Shape extends z.core.$ZodShape> = {
  readonly [Key in keyof Shape]: z.output<Shape[Key]> | undefined;
};

type Issue = z.core.$ZodIssue;

/**
 * Holds a document against schemas, piece by piece, so that one bad setting does not hide what is
 * wrong with the others. Collects problems instead of throwing.
 */
export class Validation {
  readonly document: SettingsDocument;
  readonly lookup: SchemaLookup;
  readonly #problems: Problem[] = [];
  readonly #unread: readonly Path[];

  /** @param unread places about which everything was said: they could not be read at all. */
  constructor(document: SettingsDocument, lookup: SchemaLookup, unread: readonly Path[]) {
    this.document = document;
    this.lookup = lookup;
    this.#unread = unread;
  }

  get problems(): Problem[] {
    return inReadingOrder(this.#problems);
  }

  /** Notes a problem with the value at this path. The text goes on after the name of the setting. */
  note(path: Path, text: string, place: Place = this.document.place(path)): void {
    if (this.#unread.some((unread) => unread.every((key, index) => path[index] === key))) return;
    this.#problems.push({ place, text: sentence(path, text) });
  }

  /** What the schema reads at this path; undefined, with problems noted, where it can not. */
  parse<T>(schema: z.ZodType<T>, path: Path): { readonly value: T } | undefined {
    try {
      const result = schema.safeParse(this.document.get(path), { error: wording });
      if (result.success) return { value: result.data };
      for (const issue of result.error.issues) this.#report(issue, path);
    } catch (error) {
      // An adapter's schema is code of somebody else; its words could quote a secret.
      const name = error instanceof Error ? error.name : typeof error;
      this.note(path, `can not be checked: the schema itself failed (${name}).`);
    }
    return undefined;
  }

  /** Every key of the block at this path by itself. */
  parts<Shape extends Readonly<Record<string, z.ZodType>>>(shape: Shape, path: Path): Parts<Shape> {
    const block = this.document.get(path);
    const isWrong = block !== undefined && !isBlock(block);
    if (isWrong) this.note(path, 'must be a block of keys.');
    const entries = Object.entries(shape).map(([key, schema]) => [
      key,
      isWrong ? undefined : this.parse(schema, [...path, key])?.value,
    ]);
    return Object.fromEntries(entries) as Parts<Shape>;
  }

  /** Notes every key, anywhere below this path, that names no setting. */
  noteUnknownKeys(path: Path = []): void {
    const value = this.document.get(path);
    if (typeof value !== 'object' || value === null) return;
    const known = Array.isArray(value) ? undefined : knownKeys(this.lookup.at(path));
    for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
      if (typeof key === 'string' && known !== undefined && !known.has(key)) {
        this.#unknownKey(path, key);
      } else {
        this.noteUnknownKeys([...path, key]);
      }
    }
  }

  #unknownKey(path: Path, key: string): void {
    const full = [...path, key];
    const place = this.document.keyPlace(full);
    const known = this.lookup.keys(path);
    const meant = nearest(key, known);
    if (known.includes(key)) {
      this.note(full, 'does not go with the other settings of its block.', place);
    } else if (meant !== undefined) {
      this.note(full, `is not a setting. Did you mean ${meant}?`, place);
    } else if (known.some((each) => this.lookup.isSecret([...path, each]))) {
      // `{ secret: pass,word }` is two keys: what looks like a key may be half of a secret.
      this.note(path, 'has no setting of this name. Put text with a comma in quotes.', place);
    } else {
      this.note(full, 'is not a setting.', place);
    }
  }

  #report(issue: Issue, base: Path): void {
    const path = [
      ...base,
      ...issue.path.map((key) => (typeof key === 'number' ? key : String(key))),
    ];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) this.#unknownKey(path, key);
    } else if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      for (const inner of likeliest(issue.errors)) this.#report(inner, path);
    } else if (issue.code === 'invalid_key') {
      const place = this.document.keyPlace(path);
      for (const inner of issue.issues) this.note(path, inner.message, place);
    } else if (this.document.get(path) === undefined) {
      this.#missing(path, issue.message);
    } else {
      this.note(path, `${issue.message}${this.#suggestion(issue, path)}`);
    }
  }

  #missing(path: Path, message: string): void {
    const empty = this.document.has(path);
    const place = empty ? this.document.keyPlace(path) : this.document.keyPlace(path.slice(0, -1));
    const state = empty ? 'is empty.' : 'is missing.';
    // The schema's own words may be a sentence, or go on after the name.
    const hint = /^\p{Ll}/u.test(message) ? ` It ${message}` : ` ${message}`;
    const remedy = message === 'is missing.' ? this.#example(path) : hint;
    this.note(path, `${state}${remedy}`, place);
  }

  #example(path: Path): string {
    const key = String(path.at(-1));
    const known = this.lookup.example(path);
    const example = this.lookup.isSecret(path) ? (known ?? { file: `secrets/${key}` }) : known;
    return example === undefined ? '' : ` Write for example  ${key}: ${flowYaml(example)}`;
  }

  #suggestion(issue: Issue, path: Path): string {
    const written = this.document.get(path);
    if (issue.code === 'invalid_value') {
      if (typeof written !== 'string' || this.lookup.isSecret(path)) return '';
      const meant = nearest(written, issue.values.map(String));
      return meant === undefined ? '' : ` Did you mean ${meant}?`;
    }
    const hasForm = issue.code === 'invalid_format' || issue.code === 'invalid_type';
    return hasForm ? this.#example(path) : '';
  }
}

export function isBlock(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A schema's own message may be a sentence of its own. */
function sentence(path: Path, text: string): string {
  const name = path.length === 0 ? 'The configuration' : path.join('.');
  return /^\p{Ll}/u.test(text) ? `${name} ${text}` : `${name}: ${text}`;
}

/** A schema with none of these takes anything. */
const FORMS = ['type', 'anyOf', 'oneOf', 'allOf', 'const', 'enum'];

/** The keys that a block may have; undefined where it may have any, or nothing is known of it. */
function knownKeys(schemas: readonly JsonSchema[]): ReadonlySet<string> | undefined {
  const blocks = schemas.filter(({ properties }) => properties !== undefined);
  const open = schemas.some(
    (schema) =>
      !FORMS.some((form) => form in schema) || (schema.additionalProperties ?? false) !== false,
  );
  if (open || blocks.length === 0) return undefined;
  return new Set(blocks.flatMap(({ properties = {} }) => Object.keys(properties)));
}

/** Of a union, what is wrong with the form that the writer most likely meant. */
function likeliest(forms: readonly (readonly Issue[])[]): readonly Issue[] {
  const distance = (issues: readonly Issue[]): number => {
    const whole = issues.find(({ path }) => path.length === 0);
    if (whole?.code === 'invalid_type') return 2;
    return whole?.code === 'invalid_value' ? 1 : 0;
  };
  const likeliest = [...forms].sort((a, b) => distance(a) - distance(b))[0] ?? [];
  // Forms are told apart by their keys: what a mistyped one leaves missing says nothing.
  const unknown = likeliest.filter(({ code }) => code === 'unrecognized_keys');
  return unknown.length > 0 ? unknown : likeliest;
}
