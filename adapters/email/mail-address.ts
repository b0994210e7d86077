/**
 * Mail addresses, and the one form in which they are kept: `local@domain`, both in lower case, the
 * local part in NFC, the domain in its ASCII form (RFC 5890 A-labels).
 *
 * Stricter than RFC 5321: quoted local parts, `%`, `!` and source routes are refused. No address in
 * use needs them, and servers disagree on what they mean. So are letters that only look different
 * (NFKC): a JID has the plain ones, and would be another mailbox's.
 */

import { domainToASCII } from 'node:url';

/** RFC 5321 §4.5.3.1 */
const MAX_LOCAL = 64;
const MAX_ADDRESS = 254;

/** RFC 5322 §3.2.3 `atext` without `%` and `!`; beyond ASCII what RFC 6531 adds, as far as it is letters. */
const ATOM = "[a-z0-9#$&'*+/=?^_`{|}~\\-\\p{L}\\p{N}\\p{M}]+";
const LOCAL_PART = new RegExp(`^${ATOM}(?:\\.${ATOM})*$`, 'u');
const DOMAIN_LETTERS = /^[\p{L}\p{N}\p{M}.-]+$/u;
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)*${LABEL}$`);

/** An address in its canonical form: nothing else is named in an envelope, or stands for one in a header. */
export type MailAddress = string & { readonly mailAddress: unique symbol };

/** Undefined for what is none, or none that we would write to. */
export function parseAddress(text: string): MailAddress | undefined {
  const at = text.lastIndexOf('@');
  if (at < 1) return undefined;
  const local = text.slice(0, at).normalize('NFC').toLowerCase();
  const domain = asciiDomain(text.slice(at + 1));
  const address = `${local}@${domain}`;
  const isPlain = local.normalize('NFKC') === local;
  // An address of a machine is no domain: the last label of one has a letter.
  const isOfTheWorld = isMailDomain(domain) && /\.(?!\d+$)[^.]+$/.test(domain);
  const valid = isPlain && isLocalPart(local) && isOfTheWorld;
  return valid && Buffer.byteLength(address) <= MAX_ADDRESS ? (address as MailAddress) : undefined;
}

/** Of what was an address when it was accepted. @throws Error */
export function addressOf(text: string): MailAddress {
  const address = parseAddress(text);
  if (address === undefined) throw new Error('an address that was accepted is none any more');
  return address;
}

/**
 * In lower case, the labels as RFC 5890 A-labels; empty for what can be no domain.
 *
 * What Node does is meant for URLs: alone, it would read `example.com/evil` as `example.com`, `127.1` as
 * an address, and decode a `%`.
 */
export function asciiDomain(text: string): string {
  return DOMAIN_LETTERS.test(text) ? domainToASCII(text).toLowerCase() : '';
}

/** @param text in lower case and NFC */
export function isLocalPart(text: string): boolean {
  return Buffer.byteLength(text) <= MAX_LOCAL && LOCAL_PART.test(text);
}

export function isMailDomain(text: string): boolean {
  return text.length <= 253 && DOMAIN.test(text);
}

export function domainOf(address: MailAddress): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
