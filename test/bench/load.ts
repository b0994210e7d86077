/** The load: conversations of users with peers, in messages of one size. */

import { sharedMicros, stamp } from './adapter/probe.ts';

const USERS = 50;
export const CONVERSATIONS = 500;
/** Of one message stanza as the source writes it. */
export const STANZA_BYTES = 332;
export const USER_DOMAIN = 'users.bench';
export const GATEWAY_DOMAIN = 'gate.bench';
export const SECRET = 'secret-of-the-bench';

/** As much of a stanza is text. */
export const TEXT_LENGTH = STANZA_BYTES - frame(0, 0, '').length;

/** The accounts as an operator would write them. */
export function accounts(): Record<string, { address: string }> {
  const users = Array.from({ length: USERS }, (_, user) => user);
  return Object.fromEntries(users.map((user) => [bareJidOf(user), { address: `a${user}` }]));
}

/** Message stanzas without an end; the conversations take turns. */
export class Stanzas {
  #written = 0;

  /** So many of them, all with this moment's stamp. */
  take(count: number): string {
    const at = sharedMicros();
    let xml = '';
    for (let i = 0; i < count; i++) {
      const conversation = this.#written % CONVERSATIONS;
      const text = stamp(at, Math.floor(this.#written / CONVERSATIONS));
      xml += frame(conversation, this.#written++, text.padEnd(TEXT_LENGTH, 'x'));
    }
    return xml;
  }
}

function frame(conversation: number, number: number, text: string): string {
  const from = `${bareJidOf(conversation % USERS)}/phone`;
  const to = `p${String(conversation).padStart(3, '0')}@${GATEWAY_DOMAIN}`;
  const id = `m${String(number).padStart(9, '0')}`;
  return `<message from='${from}' to='${to}' id='${id}' type='chat'><body>${text}</body><request xmlns='urn:xmpp:receipts'/></message>`;
}

/** Of one of the users. */
export function bareJidOf(user: number): string {
  return `u${String(user).padStart(2, '0')}@${USER_DOMAIN}`;
}
