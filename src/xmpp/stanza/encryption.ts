/**
 * End-to-end encryption, to be recognised and refused: whoever encrypts counts on nobody reading along,
 * and a gateway would have to. The body beside it is a text of the client's, not of the user's.
 */

import type { Refusal } from '../../contract/index.ts';
import { child, type Element } from '../xml/element.ts';

export const ENCRYPTED: Refusal = {
  condition: 'not-acceptable',
  type: 'modify',
  text: 'Not sent: a gateway can not pass on encrypted messages. Turn encryption off for this chat and send it again.',
};

/** XEP-0384, its three namespaces in use. */
const OMEMO: readonly string[] = [
  'eu.siacs.conversations.axolotl',
  'urn:xmpp:omemo:1',
  'urn:xmpp:omemo:2',
];

/** Whether the message says something that only its recipient could read. */
export function isEncrypted(message: Element, body: string | undefined): boolean {
  if (body !== undefined && isCipherText(body)) return true;
  for (const found of message.children) {
    if (typeof found === 'string') continue;
    // XEP-0380, which names any method, also those of the future.
    if (found.ns === 'urn:xmpp:eme:0' && found.name === 'encryption') return true;
    if (found.name === 'encrypted' && OMEMO.includes(found.ns)) {
      // Without a payload it only moves keys, which clients do by themselves: nothing was said.
      if (child(found, 'payload', found.ns) !== undefined) return true;
      if (body !== undefined) return true;
    }
    // XEP-0374, XEP-0027.
    if (found.ns === 'urn:xmpp:openpgp:0' && found.name === 'openpgp') return true;
    if (found.ns === 'jabber:x:encrypted' && found.name === 'x') return true;
  }
  return false;
}

/** OTR (XEP-0364), which has no element; the link to an encrypted file (XEP-0454). */
function isCipherText(body: string): boolean {
  return body.startsWith('?OTR') || /^\s*aesgcm:\/\//i.test(body);
}
