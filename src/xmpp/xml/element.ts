/**
 * An XML element as the stream carries it: immutable, each name with its namespace, no prefixes.
 * Pure.
 */

/** The namespace of the stanzas themselves, XEP-0114 §4. */
export const NS_COMPONENT = 'jabber:component:accept';
/** RFC 6120 §4.8.1 */
export const NS_STREAMS = 'http://etherx.jabber.org/streams';
/** RFC 6120 §8.3.3 */
export const NS_STANZA_ERROR = 'urn:ietf:params:xml:ns:xmpp-stanzas';
/** XEP-0199 */
export const NS_PING = 'urn:xmpp:ping';

export interface Element {
  /** The local name, without a prefix. */
  readonly name: string;
  readonly ns: string;
  /**
   * Has no prototype: a stranger's `constructor` is just a name. Only attributes without a namespace,
   * and `xml:lang` by that name.
   */
  readonly attrs: Readonly<Record<string, string>>;
  readonly children: readonly (Element | string)[];
}

/** Attributes and children that are undefined are left out. */
export function element(
  name: string,
  ns: string,
  attrs: Record<string, string | undefined> = {},
  children: readonly (Element | string | undefined)[] = [],
): Element {
  const given: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(attrs)) if (value !== undefined) given[key] = value;
  return { name, ns, attrs: given, children: children.filter((child) => child !== undefined) };
}

/** The first direct child of that name in exactly that namespace. */
export function child(of: Element, name: string, ns: string): Element | undefined {
  for (const found of of.children) {
    if (typeof found !== 'string' && found.name === name && found.ns === ns) return found;
  }
  return undefined;
}

/** The text directly inside: that of children does not count. */
export function textOf(of: Element): string {
  let text = '';
  for (const found of of.children) if (typeof found === 'string') text += found;
  return text;
}
