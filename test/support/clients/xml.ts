/** Elements read and written by a parser that is not the gateway's: what it takes, others take. */

import { SaxesParser, type SaxesTagNS } from 'saxes';
import { type Element, element } from '../../../src/xmpp/xml/element.ts';

/** Reads one element; white space around it is allowed. @throws Error when it is not well-formed */
export function parse(xml: string): Element {
  const found: Element[] = [];
  const reader = new ElementReader(0, (stanza) => found.push(stanza));
  reader.write(xml);
  const [root] = found;
  if (root === undefined) throw new Error(`This is no element: ${xml}`);
  return root;
}

/** The elements at a depth of a stream, each when it is complete. */
export class ElementReader {
  readonly #parser = new SaxesParser({ xmlns: true });
  readonly #open: { tag: SaxesTagNS; children: (Element | string)[] }[] = [];

  /** @param depth 0 for the root, 1 for the children of a stream */
  constructor(depth: number, found: (element: Element) => void) {
    this.#parser.on('error', (error) => {
      throw error;
    });
    this.#parser.on('opentag', (tag) => {
      this.#open.push({ tag, children: [] });
    });
    this.#parser.on('text', (text) => {
      if (this.#open.length > depth) this.#open.at(-1)?.children.push(text);
    });
    this.#parser.on('closetag', () => {
      const closed = this.#open.pop();
      if (closed === undefined) return;
      const complete = elementOf(closed.tag, closed.children);
      if (this.#open.length > depth) this.#open.at(-1)?.children.push(complete);
      if (this.#open.length === depth) found(complete);
    });
  }

  write(xml: string): void {
    this.#parser.write(xml);
  }
}

function elementOf(tag: SaxesTagNS, children: readonly (Element | string)[]): Element {
  const attrs: Record<string, string> = {};
  for (const { prefix, name, value } of Object.values(tag.attributes)) {
    if (prefix === '' || name === 'xml:lang') attrs[name] = value;
  }
  delete attrs.xmlns;
  return element(tag.local, tag.uri, attrs, children);
}

/** @param outer the namespace that is in force around it */
export function serialise(of: Element, outer = ''): string {
  const attrs = Object.entries(of.attrs).map(([name, value]) => ` ${name}="${escapeXml(value)}"`);
  const xmlns = of.ns === outer ? '' : ` xmlns="${escapeXml(of.ns)}"`;
  const content = of.children.map((found) =>
    typeof found === 'string' ? escapeXml(found) : serialise(found, of.ns),
  );
  return `<${of.name}${xmlns}${attrs.join('')}>${content.join('')}</${of.name}>`;
}

/** As text or in an attribute in quotes of either kind. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}
