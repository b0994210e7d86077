/**
 * The one way out. A server closes the whole stream for one character, one address or one size that
 * it does not accept, and with it everybody's conversation; so nothing is written that was not
 * checked here. Pure.
 */

import type { Brand } from '../../contract/ids.ts';
import { formatJid, type Jid, parseJid } from '../jid.ts';
import { UnserialisableError } from '../port.ts';
import { isXmlText } from './characters.ts';
import { type Element, NS_COMPONENT } from './element.ts';

/** Whole stanzas that a server takes, one after the other. Only this file makes it, and the link takes nothing else. */
export type StanzaXml = Brand<string, 'StanzaXml'>;

export const NO_STANZA = '' as StanzaXml;

/** Bytes of one stanza: 512 KiB is what servers accept, the rest is room for what they add. */
export const MAX_STANZA_BYTES = 500 * 1024;
const MAX_DEPTH = 64;
const STANZAS = new Set(['message', 'presence', 'iq']);
/** Names come from our code, never from a stranger: so they need no more letters than these. */
const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const RESERVED_NAMESPACES = new Set([
  'http://www.w3.org/XML/1998/namespace',
  'http://www.w3.org/2000/xmlns/',
]);

/**
 * One stanza as XML, to be written into a stream whose default namespace is `jabber:component:accept`.
 * @param domain the only one that `from` may have
 * @throws UnserialisableError The message never has content in it.
 */
export function serialise(stanza: Element, domain: string): StanzaXml {
  if (!STANZAS.has(stanza.name) || stanza.ns !== NS_COMPONENT) refuse('It is not a stanza.');
  const from = address(stanza, 'from');
  // Servers compare it letter for letter: `GW.example` and `gw.example.` close the stream.
  if (from.domain !== domain || formatJid(from) !== stanza.attrs.from) {
    refuse('Its sender is not of our domain, or not normalised.');
  }
  const to = formatJid(address(stanza, 'to'));
  // What one server maps to an address another one refuses, or closes the stream for.
  const isNormalised = to === stanza.attrs.to;
  const sent = isNormalised ? stanza : { ...stanza, attrs: { ...stanza.attrs, to } };
  const xml = write(sent, NS_COMPONENT, 1);
  // A UTF-16 unit is at most three bytes.
  if (xml.length * 3 > MAX_STANZA_BYTES && Buffer.byteLength(xml) > MAX_STANZA_BYTES) {
    refuse(`It is larger than ${MAX_STANZA_BYTES} bytes.`);
  }
  return xml as StanzaXml;
}

/** For one write. */
export function followedBy(first: StanzaXml, second: StanzaXml): StanzaXml {
  return `${first}${second}` as StanzaXml;
}

function address(stanza: Element, attribute: 'from' | 'to'): Jid {
  try {
    return parseJid(stanza.attrs[attribute] ?? '');
  } catch {
    return refuse(`Its "${attribute}" is not an address.`);
  }
}

function write(of: Element, outerNs: string, depth: number): string {
  if (depth > MAX_DEPTH) refuse(`It is deeper than ${MAX_DEPTH} elements.`);
  if (!NAME.test(of.name)) refuse('It has an element with an impossible name.');
  let xml = `<${of.name}`;
  if (of.ns !== outerNs) {
    if (RESERVED_NAMESPACES.has(of.ns)) refuse('It has an element in a reserved namespace.');
    xml += ` xmlns="${attributeValue(of.ns)}"`;
  }
  for (const key in of.attrs) {
    const impossible = !NAME.test(key) || key === 'xmlns';
    if (impossible && key !== 'xml:lang') refuse('It has an attribute with an impossible name.');
    xml += ` ${key}="${attributeValue(of.attrs[key] ?? '')}"`;
  }
  if (of.children.length === 0) return `${xml}/>`;
  xml += '>';
  for (const inner of of.children) {
    xml += typeof inner === 'string' ? text(inner) : write(inner, of.ns, depth + 1);
  }
  return `${xml}</${of.name}>`;
}

// What may be left as it is, in one look: most text is.
const PLAIN = /^[ !#-%(-;=?-~]*$/;

function text(raw: string): string {
  if (PLAIN.test(raw)) return raw;
  check(raw);
  return raw.replace(/[&<>\r]/g, reference);
}

/** White space other than a blank would be read as one. */
function attributeValue(raw: string): string {
  if (PLAIN.test(raw)) return raw;
  check(raw);
  return raw.replace(/[&<>"'\t\n\r]/g, reference);
}

function check(raw: string): void {
  if (!isXmlText(raw)) refuse('It has a character that XML forbids.');
}

const REFERENCES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
]);

function reference(char: string): string {
  return REFERENCES.get(char) ?? `&#${char.charCodeAt(0)};`;
}

function refuse(why: string): never {
  throw new UnserialisableError(why);
}
