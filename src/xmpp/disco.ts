/**
 * What our addresses say of themselves: service discovery (XEP-0030) and its short form in presence,
 * entity capabilities (XEP-0115). Computed once: only what is really answered is listed.
 */

import { createHash } from 'node:crypto';
import type { Entity } from './entity.ts';
import { HELPER, type XmppPortOptions } from './port.ts';
import { NS_RECEIPTS } from './stanza/receipt.ts';
import { type Element, element, NS_PING } from './xml/element.ts';

export const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
export const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';
/** XEP-0092 */
export const NS_VERSION = 'jabber:iq:version';
/** XEP-0054 */
export const NS_VCARD = 'vcard-temp';
const NS_CAPS = 'http://jabber.org/protocol/caps';
/** Names the software in capabilities; it leads nowhere. */
const NODE = 'urn:postern:gateway';

interface Identity {
  readonly category: string;
  readonly type: string;
  readonly name?: string;
}

export interface Disco {
  /** The `<c/>` of an available presence. */
  readonly caps: Element;
  /** The answer to disco#info. @returns undefined where there is no such node */
  info(node: string | undefined): Element | undefined;
  /** The answer to disco#items, likewise. */
  items(node: string | undefined): Element | undefined;
}

const EVERYWHERE = [NS_CAPS, NS_DISCO_INFO, NS_DISCO_ITEMS, NS_VERSION, NS_PING];

/** @param rooms whether there are some behind the gateway */
export function discoOf(
  options: Pick<XmppPortOptions, 'domain' | 'gatewayType' | 'title'>,
  rooms = false,
): Readonly<Record<Entity, Disco>> {
  const { domain, gatewayType, title } = options;
  const helper = { jid: `${HELPER}@${domain}`, name: helperName(title) };
  return {
    domain: disco(
      [
        { category: 'gateway', type: gatewayType, name: title },
        ...(rooms ? [{ category: 'conference', type: gatewayType, name: title }] : []),
      ],
      // XEP-0106: clients then escape what a user types, and do not write "%" for "@".
      [
        ...[...EVERYWHERE, NS_RECEIPTS, NS_VCARD, 'jid\\20escaping'],
        ...(rooms ? ['http://jabber.org/protocol/muc'] : []),
      ],
      [element('item', NS_DISCO_ITEMS, helper)],
    ),
    helper: disco(
      [{ category: 'client', type: 'bot', name: helper.name }],
      [...EVERYWHERE, NS_RECEIPTS, NS_VCARD],
      [],
    ),
    // A person on a device of that kind: the registry has some of our types for clients, too.
    contact: disco([{ category: 'client', type: gatewayType }], [...EVERYWHERE, NS_RECEIPTS], []),
  };
}

export function helperName(title: string): string {
  return `${title} help`;
}

function disco(
  identities: readonly Identity[],
  features: readonly string[],
  items: readonly Element[],
): Disco {
  const ver = verificationString(identities, features);
  const capsNode = `${NODE}#${ver}`;
  const described = [
    ...identities.map((identity) => element('identity', NS_DISCO_INFO, { ...identity })),
    ...features.map((feature) => element('feature', NS_DISCO_INFO, { var: feature })),
  ];
  return {
    caps: element('c', NS_CAPS, { hash: 'sha-1', node: NODE, ver }),
    info: (node) =>
      node === undefined || node === capsNode
        ? element('query', NS_DISCO_INFO, { node }, described)
        : undefined,
    items: (node) => (node === undefined ? element('query', NS_DISCO_ITEMS, {}, items) : undefined),
  };
}

/** XEP-0115 §5.1, without extended forms. SHA-1 because it is the one hash that every client knows. */
export function verificationString(
  identities: readonly Identity[],
  features: readonly string[],
): string {
  const lines = [
    ...identities.map(({ category, type, name = '' }) => `${category}/${type}//${name}`).sort(),
    ...[...features].sort(byBytes),
  ];
  return createHash('sha1')
    .update(lines.map((line) => `${line.replaceAll('<', '&lt;')}<`).join(''))
    .digest('base64');
}

/** i;octet (RFC 4790 §9.3). */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
