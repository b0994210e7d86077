/** Ids of stanzas: the attribute, and the one that the sender's client gave (XEP-0359). */

import { child, type Element, element } from '../xml/element.ts';

export const NS_STANZA_IDS = 'urn:xmpp:sid:0';

/** An id is kept and echoed: a longer one would be an attack on memory. */
const MAX_BYTES = 512;

/** An id as a stranger wrote it: undefined where it is empty or longer than 512 bytes. */
export function readId(id: string | undefined): string | undefined {
  if (id === undefined || id === '') return undefined;
  return id.length > MAX_BYTES || Buffer.byteLength(id) > MAX_BYTES ? undefined : id;
}

/** XEP-0359. A `<stanza-id/>` is not read: it belongs to whoever it names. */
export function readOriginId(message: Element): string | undefined {
  return readId(child(message, 'origin-id', NS_STANZA_IDS)?.attrs.id);
}

/** The same as the stanza's own id, so that it survives a server that gives a new one. */
export function writeOriginId(id: string): Element {
  return element('origin-id', NS_STANZA_IDS, { id });
}

/**
 * XEP-0359: the id of the entry in an archive.
 * @param by bare JID of whose archive it is
 */
export function writeStanzaId(id: string, by: string): Element {
  return element('stanza-id', NS_STANZA_IDS, { id, by });
}
