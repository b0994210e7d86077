/** The Authentication-Results field (RFC 8601 §2.2). Pure. */

/** One method and what it found. */
export interface Result {
  /** In lower case: "dmarc". */
  readonly method: string;
  /** In lower case: "pass". */
  readonly result: string;
  /** By name in lower case, as "header.from". Quotes are taken off. */
  readonly properties: ReadonlyMap<string, string>;
}

export interface Results {
  readonly authservId: string;
  readonly results: readonly Result[];
}

/**
 * Undefined for what does not follow the grammar to its end: half a field may be the half that
 * a stranger wrote into a comment or a name.
 */
export function readResults(value: string): Results | undefined {
  try {
    return new Reader(value).results();
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

class Malformed extends Error {}

const WORD = /[A-Za-z0-9_-]+/y;
/** RFC 2045 `token`, and the `/`, `=`, `:`, `@` that many write unquoted into a value. */
const VALUE = /(?:"(?:[^"\\\r\n]|\\[^\r\n])*"|[^\s()<>,;\\"[\]?]+)+/y;
const BLANK = /[ \t\r\n]+/y;
const VERSION = /[0-9]+/y;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  results(): Results {
    this.#skip();
    const authservId = this.#value();
    const version = this.#take(VERSION) ?? '1';
    this.#skip();
    if (version !== '1') throw new Malformed();
    const results: Result[] = [];
    while (this.#is(';')) {
      // A last semicolon with nothing behind it is a common slip.
      if (this.#at === this.#text.length) break;
      const result = this.#result();
      if (result !== undefined) results.push(result);
    }
    if (this.#at < this.#text.length) throw new Malformed();
    return { authservId, results };
  }

  /** Undefined for "none", and for a version of a method that nobody knows yet. */
  #result(): Result | undefined {
    const method = this.#word();
    if (method === 'none' && (this.#at === this.#text.length || this.#text[this.#at] === ';')) {
      return undefined;
    }
    const version = this.#is('/') ? this.#word() : '1';
    this.#expect('=');
    const result = this.#word();
    const properties = new Map<string, string>();
    while (this.#at < this.#text.length && this.#text[this.#at] !== ';') {
      const kind = this.#word();
      const name = this.#is('.') ? `${kind}.${this.#word()}` : kind;
      this.#expect('=');
      // Said twice, which one is meant?
      if (properties.has(name)) throw new Malformed();
      properties.set(name, this.#value());
    }
    return version === '1' ? { method, result, properties } : undefined;
  }

  #word(): string {
    const word = this.#take(WORD);
    if (word === undefined) throw new Malformed();
    this.#skip();
    return word.toLowerCase();
  }

  #value(): string {
    const value = this.#take(VALUE);
    if (value === undefined) throw new Malformed();
    this.#skip();
    return value.replace(/"((?:[^"\\]|\\.)*)"/g, (_, quoted: string) =>
      quoted.replace(/\\(.)/g, '$1'),
    );
  }

  #is(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    this.#skip();
    return true;
  }

  #expect(mark: string): void {
    if (!this.#is(mark)) throw new Malformed();
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [taken] = pattern.exec(this.#text) ?? [];
    if (taken !== undefined) this.#at += taken.length;
    return taken;
  }

  /** Blanks, folds and comments, which may be nested (RFC 5322 §3.2.2). */
  #skip(): void {
    let depth = 0;
    for (;;) {
      this.#take(BLANK);
      const mark = this.#text[this.#at];
      if (mark === '(') depth += 1;
      else if (depth === 0) return;
      else if (mark === undefined) throw new Malformed();
      else if (mark === ')') depth -= 1;
      else if (mark === '\\') this.#at += 1;
      this.#at += 1;
    }
  }
}
