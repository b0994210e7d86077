import { child, type Element } from '../../../../src/xmpp/xml/element.ts';
import { bodyOf } from '../../clients/client.ts';
import type { DirectionName } from '../ledger.ts';
import { keyOf, type MessageKey } from '../ledger.ts';
import type { Scene } from './direction.ts';

/**
 * Notes what arrives at the user. A room shows to who comes back what was said before: what he has seen
 * of that is known to his client by its id (XEP-0359), as to every other.
 * @param arrived called with each, after it was noted
 */
export function hearArrivals(
  { resident, ledger }: Pick<Scene, 'resident' | 'ledger'>,
  direction: DirectionName,
  arrived: (key: MessageKey) => void = () => undefined,
): void {
  const seen = new Set<string>();
  resident.hear((stanza) => {
    const key = keyOf(bodyOf(stanza) ?? '');
    if (key?.direction !== direction || stanza.attrs.type === 'error') return;
    const id = idOf(stanza);
    if (isShownAgain(stanza) && seen.has(id)) return;
    seen.add(id);
    ledger.note(key, { is: 'arrived', id });
    arrived(key);
  });
}

function idOf(stanza: Element): string {
  const ofRoom = child(stanza, 'stanza-id', 'urn:xmpp:sid:0')?.attrs.id;
  return (stanza.attrs.type === 'groupchat' ? ofRoom : stanza.attrs.id) ?? '';
}

function isShownAgain(stanza: Element): boolean {
  const isDelayed = child(stanza, 'delay', 'urn:xmpp:delay') !== undefined;
  return stanza.attrs.type === 'groupchat' && isDelayed;
}
