import type { Assessment, OutboundMessage } from 'postern/adapter';
import { refused } from 'postern/adapter';
import { UNVERIFIED } from './address.ts';

/**
 * @param domain of our own users
 * @throws RefusedError for whom nobody can write to by mail
 */
export function assess({ peer }: OutboundMessage, domain: string): Assessment {
  if (peer === UNVERIFIED) {
    const text =
      'Nobody can tell who wrote that, so it can not be answered. If you trust it, write to the address in it.';
    throw refused('not-allowed', 'cancel', text);
  }
  if (peer.endsWith(`@${domain}`)) {
    const text =
      'Whoever has this address is a user of XMPP here: write to the XMPP address instead.';
    throw refused('not-allowed', 'cancel', text);
  }
  return { units: 1 };
}
