/** What a strict server takes of a component, asked of a parser and of rules that are not ours. */

import { expect } from 'vitest';
import { type Element, NS_COMPONENT } from '../../src/xmpp/xml/element.ts';
import { ElementReader } from '../support/clients/xml.ts';

/** What servers take at most. */
const MAX_BYTES = 512 * 1024;
const MAX_PART = 1_023;
const LOCAL = /^[^\s\p{C}"&'/:<>@]+$/u;
const DOMAIN = /^[\p{L}\p{N}\p{M}_-]+(?:\.[\p{L}\p{N}\p{M}_-]+)*\.?$/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no resource may contain
const RESOURCE = /^[^\u0000-\u001f\u007f\ud800-\udfff\ufffe\uffff]+$/u;

/** The stanzas as they are read inside one stream. @throws where a server would close it */
export function readStrictly(stanzas: readonly string[], domain: string): Element[] {
  const read: Element[] = [];
  const reader = new ElementReader(1, (element) => read.push(element));
  reader.write(`<stream:stream xmlns='${NS_COMPONENT}' xmlns:stream='urn:x' xml:lang='en'>`);
  for (const xml of stanzas) {
    if (Buffer.byteLength(xml) > MAX_BYTES) throw new Error('It is too large.');
    reader.write(xml);
  }
  expect(read).toHaveLength(stanzas.length);
  for (const stanza of read) checkStanza(stanza, domain);
  return read;
}

function checkStanza({ name, ns, attrs }: Element, domain: string): void {
  if (ns !== NS_COMPONENT || !/^(message|presence|iq)$/.test(name)) throw new Error(`A ${name}`);
  const from = addressOf(attrs.from);
  if (from.domain !== domain) throw new Error(`It is from ${JSON.stringify(attrs.from)}`);
  addressOf(attrs.to);
}

/** RFC 7622, what is certain without tables. */
function addressOf(jid: string | undefined): { domain: string } {
  if (jid === undefined) throw new Error('It has no address.');
  const slash = jid.indexOf('/');
  const bare = slash < 0 ? jid : jid.slice(0, slash);
  const at = bare.indexOf('@');
  const domain = bare.slice(at + 1);
  const parts: readonly [string | undefined, RegExp][] = [
    [at < 0 ? undefined : bare.slice(0, at), LOCAL],
    [domain, DOMAIN],
    [slash < 0 ? undefined : jid.slice(slash + 1), RESOURCE],
  ];
  for (const [part, allowed] of parts) {
    if (part === undefined) continue;
    if (!allowed.test(part) || Buffer.byteLength(part) > MAX_PART) {
      throw new Error(`${JSON.stringify(jid)} is no address.`);
    }
  }
  return { domain };
}
