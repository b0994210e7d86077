/** Who answers at an address of ours. */

import { type Refusal, RefusedError } from '../contract/index.ts';
import { bareJid, type Jid, JidError } from './jid.ts';
import { HELPER, type XmppPortOptions } from './port.ts';

/** The gateway itself, the contact that speaks for it, or somebody behind it. */
export type Entity = 'domain' | 'helper' | 'contact';

export type EntityReading =
  | { readonly is: Entity }
  | { readonly is: 'nobody'; readonly refusal: Refusal };

/** A resource is not looked at: clients write to the one that our presence may have had. */
export function entityAt(to: Jid, from: Jid, knows: XmppPortOptions['knows']): EntityReading {
  if (to.local === undefined) return { is: 'domain' };
  if (to.local === HELPER) return { is: 'helper' };
  try {
    if (knows(to.local, bareJid(from))) return { is: 'contact' };
  } catch (error) {
    return { is: 'nobody', refusal: whyNot(error) };
  }
  return {
    is: 'nobody',
    refusal: {
      condition: 'item-not-found',
      type: 'cancel',
      text: 'There is nobody at this address.',
    },
  };
}

function whyNot(error: unknown): Refusal {
  if (error instanceof RefusedError) return error.refusal;
  if (error instanceof JidError) return malformed(error);
  throw error;
}

export function malformed(error: JidError): Refusal {
  return { condition: 'jid-malformed', type: 'modify', text: error.message };
}
