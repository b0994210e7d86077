/** A message inside another: XEP-0297. Only written; what others wrap is never looked into. */

import { type Element, element, NS_COMPONENT } from '../xml/element.ts';
import { delayOf } from './delay.ts';

/** RFC 6120 §4.8.2: what it was said in. Servers translate the outermost stanza alone. */
const NS_CLIENT = 'jabber:client';

/** @param at when it was sent, milliseconds since the epoch */
export function writeForwarded(message: Element, at: number): Element {
  return element('forwarded', 'urn:xmpp:forward:0', {}, [delayOf(at), asClients(message)]);
}

function asClients(of: Element): Element {
  if (of.ns !== NS_COMPONENT) return of;
  const children = of.children.map((found) =>
    typeof found === 'string' ? found : asClients(found),
  );
  return { ...of, ns: NS_CLIENT, children };
}
