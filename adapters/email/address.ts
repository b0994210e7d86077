/** Contacts and own addresses: how a user writes them, and what others see of him. */

import type { Addressing, OwnAddress, PeerId, Place } from 'postern/adapter';
import { type RefusedError, refused } from 'postern/adapter';
import { ownLocalPart } from './account-name.ts';
import type { EmailAccount, EmailConfig } from './config.ts';
import { asciiDomain, parseAddress } from './mail-address.ts';

/** Who could not be confirmed: nobody can write to it. */
export const UNVERIFIED = 'unverified' as PeerId;

export function addressing(config: EmailConfig, place: Place): Addressing<EmailAccount> {
  const domain = ownDomain(config, place);
  return {
    parsePeer: (text) => {
      const written = text
        .trim()
        .replace(/^mailto:/i, '')
        // Escaped twice, by a client that took what its user had escaped for an address.
        .replace(/\\40/g, '@');
      if (written.toLowerCase() === UNVERIFIED) return UNVERIFIED;
      // `bob%example.com` is for clients that can not escape an @.
      const address = written.includes('@') ? written : written.replace(/%(?=[^%]*$)/, '@');
      const peer = parseAddress(address);
      if (peer === undefined) throw malformed(text);
      return peer as string as PeerId;
    },
    formatPeer: (peer) => peer,
    describePeer: (peer) => (peer === UNVERIFIED ? 'somebody whom nobody confirms' : peer),
    ownAddresses: ({ address, aliases }) =>
      [...new Set([address, ...aliases])].map((local) => ownAddress(local, domain)),
    registration: (taken, user) => {
      const address = ownLocalPart(user, place.server);
      if (taken(ownAddress(address, domain))) {
        const text = `The address ${address}@${domain} is another user's. Ask the administrator for one.`;
        throw refused('conflict', 'cancel', text.slice(0, 120));
      }
      return { address, aliases: [] };
    },
  };
}

/** What stands behind the @ of our own addresses: in ASCII, whatever letters the domain has in XMPP. */
export function ownDomain({ domain }: Pick<EmailConfig, 'domain'>, place: Place): string {
  return asciiDomain(domain ?? place.domain);
}

/** An address that belongs to an account, or could. */
export function ownAddress(local: string, domain: string): OwnAddress {
  return `${local}@${domain}` as OwnAddress;
}

function malformed(text: string): RefusedError {
  const shown = text.replace(/[^\x20-\x7e]/g, '?').slice(0, 40);
  const why = `"${shown}" is not a mail address.`;
  return refused('jid-malformed', 'modify', `${why} Example: bob@example.com, or bob%example.com`);
}
