/** The addresses of an envelope: RFC 5321 calls them paths. */

import { isIPv4, isIPv6 } from 'node:net';
import { asciiDomain, isLocalPart, isMailDomain } from '../mail-address.ts';

/**
 * The address of a recipient in lower case, the domain in its ASCII form. Undefined for what no
 * address here looks like: quoted local parts, `%`, `!` and address literals are none. A source route
 * does not come this far: the server library leaves it out, as RFC 5321 appendix C wants it.
 *
 * @param domain what `<postmaster>` means (RFC 5321 §4.5.1)
 */
export function recipientOf(path: string, domain: string): string | undefined {
  const at = path.lastIndexOf('@');
  if (at < 0) return path.toLowerCase() === 'postmaster' ? `postmaster@${domain}` : undefined;
  const local = path.slice(0, at).normalize('NFC').toLowerCase();
  const home = asciiDomain(path.slice(at + 1));
  return isLocalPart(local) && isMailDomain(home) ? `${local}@${home}` : undefined;
}

/**
 * The address of a sender, the domain in its ASCII form; empty for a bounce. Not as strict as for a
 * recipient: nobody here has to write to it, and what other servers make up for their bounces is
 * often longer than RFC 5321 allows, or has a `!`.
 */
export function senderOf(path: string): string | undefined {
  if (path === '') return path;
  const at = path.lastIndexOf('@');
  const local = path.slice(0, at);
  if (at < 1 || local.includes('\ufffd')) return undefined;
  const written = path.slice(at + 1);
  if (isAddressLiteral(written)) return `${local}@${written}`;
  const home = asciiDomain(written);
  return isMailDomain(home) ? `${local}@${home}` : undefined;
}

/** RFC 5321 §4.1.3 */
function isAddressLiteral(text: string): boolean {
  const [, six, address = ''] = /^\[(IPv6:)?([0-9a-f.:]+)\]$/i.exec(text) ?? [];
  return six === undefined ? isIPv4(address) : isIPv6(address);
}
