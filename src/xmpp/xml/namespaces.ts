/** Prefixes and default namespaces in scope (Namespaces in XML 1.0). Pure. */

import type { StartTag } from './tag.ts';

export interface Scope {
  /** Of elements without a prefix. */
  readonly ns: string;
  readonly prefixes: ReadonlyMap<string, string>;
}

export const OUTERMOST: Scope = {
  ns: '',
  prefixes: new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]),
};

/** Each element that declares one copies those in scope: few, so that the copy stays cheap. */
const MAX_PREFIXES = 32;

/** What a tag says, its prefixes resolved. */
export interface Resolved {
  readonly name: string;
  readonly ns: string;
  readonly attrs: Readonly<Record<string, string>>;
  /** In which the children stand. */
  readonly scope: Scope;
  /** It uses a prefix that stands for nothing, declares too many, or repeats an attribute. */
  readonly unreadable: boolean;
}

const NO_ATTRIBUTES: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

/** Attributes in a namespace are left out: nothing in XMPP uses them, but `xml:lang`. */
export function resolve(tag: StartTag, outer: Scope): Resolved {
  const scope = scopeOf(tag.attributes, outer);
  let unreadable = scope.prefixes.size > MAX_PREFIXES;
  let attrs: Record<string, string> | undefined;
  for (let i = 0; i < tag.attributes.length; i += 2) {
    const key = tag.attributes[i] ?? '';
    const value = tag.attributes[i + 1] ?? '';
    if (key === 'xmlns' || key.startsWith('xmlns:')) continue;
    const colon = key.indexOf(':');
    if (colon < 0 || key === 'xml:lang') {
      attrs ??= Object.create(null) as Record<string, string>;
      if (key in attrs) unreadable = true;
      attrs[key] = value;
    } else if (!isBound(key, colon, scope)) {
      unreadable = true;
    }
  }
  const colon = tag.name.indexOf(':');
  const ns = colon < 0 ? scope.ns : scope.prefixes.get(tag.name.slice(0, colon));
  if (colon >= 0 && !isBound(tag.name, colon, scope)) unreadable = true;
  const name = colon < 0 ? tag.name : tag.name.slice(colon + 1);
  return { name, ns: ns ?? '', attrs: attrs ?? NO_ATTRIBUTES, scope, unreadable };
}

function isBound(name: string, colon: number, scope: Scope): boolean {
  const prefix = name.slice(0, colon);
  const local = name.slice(colon + 1);
  return scope.prefixes.has(prefix) && local !== '' && !local.includes(':');
}

function scopeOf(attributes: readonly string[], outer: Scope): Scope {
  let ns = outer.ns;
  let prefixes: Map<string, string> | undefined;
  for (let i = 0; i < attributes.length; i += 2) {
    const key = attributes[i] ?? '';
    if (!key.startsWith('xmlns')) continue;
    const value = attributes[i + 1] ?? '';
    if (key === 'xmlns') {
      ns = value;
    } else if (key.startsWith('xmlns:') && key !== 'xmlns:xml' && value !== '') {
      prefixes ??= new Map(outer.prefixes);
      prefixes.set(key.slice('xmlns:'.length), value);
    }
  }
  if (prefixes === undefined && ns === outer.ns) return outer;
  return { ns, prefixes: prefixes ?? outer.prefixes };
}
