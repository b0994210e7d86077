/**
 * Presence (RFC 6121 §3–4, XEP-0100 §4): whoever asks to see a contact may, and sees it available. One
 * stanza is answered by two at most, and never one of a kind that another gateway would answer.
 */

import type { Refusal } from '../contract/index.ts';
import type { Disco } from './disco.ts';
import type { Entity, EntityReading } from './entity.ts';
import { bareJid, formatJid } from './jid.ts';
import type { Addresses } from './stanza/addresses.ts';
import { errorReply } from './stanza/error.ts';
import { child, type Element, element, NS_COMPONENT } from './xml/element.ts';

const NO_ROOMS: Refusal = {
  condition: 'feature-not-implemented',
  type: 'cancel',
  text: 'There is no room at this address.',
};

/**
 * @param at who is at `to`
 * @param domain ours: it finds the errors
 */
export function answerPresence(
  stanza: Element,
  addresses: Addresses,
  at: EntityReading,
  disco: Readonly<Record<Entity, Disco>>,
  domain: string,
): readonly Element[] {
  const { from, to, id } = addresses;
  const user = bareJid(from);
  const contact = bareJid(to);
  const say = (type: string | undefined, whom: string, content: readonly Element[] = []): Element =>
    element('presence', NS_COMPONENT, { type, id, from: contact, to: whom }, content);
  const error = (refusal: Refusal): Element => errorReply('presence', addresses, refusal, domain);
  const available = (entity: Entity, whom: string) => say(undefined, whom, [disco[entity].caps]);

  switch (stanza.attrs.type) {
    case 'subscribe':
      // The error carries the reason; without the second the request would stay open in the roster.
      return at.is === 'nobody'
        ? [error(at.refusal), say('unsubscribed', user)]
        : [say('subscribed', user), available(at.is, user)];
    case 'unsubscribe':
      return [say('unsubscribed', user), say('unavailable', user)];
    case 'probe':
      return [at.is === 'nobody' ? say('unsubscribed', user) : available(at.is, formatJid(from))];
    case undefined:
      if (child(stanza, 'x', 'http://jabber.org/protocol/muc') !== undefined) {
        return [error(NO_ROOMS)];
      }
      // XEP-0100 §4.4: the user is here, so the gateway is. A domain without a user is one like us.
      return at.is === 'domain' && from.local !== undefined
        ? [available('domain', formatJid(from))]
        : [];
    default:
      return [];
  }
}
