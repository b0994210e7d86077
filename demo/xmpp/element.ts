/** What the demo's client needs of XML: read stanzas as they come, and write text into them. */

export interface Element {
  /** With its prefix, as written. */
  readonly name: string;
  readonly attrs: Readonly<Record<string, string>>;
  readonly children: readonly (Element | string)[];
}

/** The first child with this name, and this default namespace if one is given. */
export function child(of: Element, name: string, xmlns?: string): Element | undefined {
  for (const each of of.children) {
    if (typeof each === 'string' || each.name !== name) continue;
    if (xmlns === undefined || each.attrs.xmlns === xmlns) return each;
  }
  return undefined;
}

export function textOf(of: Element): string {
  return of.children.filter((each) => typeof each === 'string').join('');
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** Reads one stream; what the demo's own server sends needs no defence. */
export class StanzaReader {
  #rest = '';
  /** The stream's root, then what is open inside of it. */
  readonly #open: {
    name: string;
    attrs: Record<string, string>;
    children: (Element | string)[];
  }[] = [];

  /** Returns the stanzas that are complete with this piece of the stream. */
  read(piece: string): Element[] {
    const complete: Element[] = [];
    this.#rest += piece;
    for (;;) {
      const token = /^(?:[^<]+|<(?:"[^"]*"|'[^']*'|[^"'>])*>)/.exec(this.#rest)?.[0];
      // Text may go on in the next piece.
      if (token === undefined || (token.length === this.#rest.length && !token.endsWith('>'))) {
        return complete;
      }
      this.#rest = this.#rest.slice(token.length);
      const stanza = this.#take(token);
      if (stanza !== undefined) complete.push(stanza);
    }
  }

  #take(token: string): Element | undefined {
    if (!token.startsWith('<')) {
      this.#open.at(-1)?.children.push(unescapeXml(token));
      return undefined;
    }
    if (token.startsWith('<?')) return undefined;
    if (token.startsWith('</')) return this.#close();
    const name = /^<([^\s/>]+)/.exec(token)?.[1] ?? '';
    const attrs: Record<string, string> = {};
    for (const [, key = '', , value = ''] of token.matchAll(/([^\s=<]+)=(["'])(.*?)\2/gs)) {
      attrs[key] = unescapeXml(value);
    }
    this.#open.push({ name, attrs, children: [] });
    return token.endsWith('/>') ? this.#close() : undefined;
  }

  /** Gives the element to its parent, or out, if its parent is the stream. */
  #close(): Element | undefined {
    const element = this.#open.pop();
    if (element === undefined || this.#open.length === 0) return undefined;
    if (this.#open.length === 1) return element;
    this.#open.at(-1)?.children.push(element);
    return undefined;
  }
}

const NAMED: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, name) => {
    if (name !== undefined) return NAMED[name] ?? all;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}
