/** Which address a user gets by himself. Pure. */

import { createHash } from 'node:crypto';
import { refused } from 'postern/adapter';
import { isLocalPart } from './mail-address.ts';

/** Names that belong to whoever runs a domain (RFC 2142 and custom): their mail goes to the administrators. */
const RESERVED: ReadonlySet<string> = new Set(
  `abuse admin administrator administrators bounce bounces daemon ftp help hostmaster info
  listmaster localhost mail mailer-daemon mailerdaemon majordomo marketing news no-reply nobody
  noc noreply operator postfix postmaster root sales security ssladmin ssladministrator sslwebmaster
  support sysadmin undisclosed-recipients unverified usenet uucp webmaster www`
    .trim()
    .split(/\s+/),
);

/** Of them, those that a mail domain must take mail for, or is expected to. */
const FOR_ADMINISTRATORS: ReadonlySet<string> = new Set(
  'abuse admin administrator hostmaster noc postmaster root security webmaster'.split(' '),
);

/** Envelope senders of ours: see verp.ts. No user gets a name like it. */
export const BOUNCE_PREFIX = 'b=';

/** @param local in lower case */
export function isForAdministrators(local: string): boolean {
  return FOR_ADMINISTRATORS.has(local);
}

/** @param local in lower case */
export function isReserved(local: string): boolean {
  return RESERVED.has(local) || local.startsWith(BOUNCE_PREFIX);
}

/**
 * `juliet` for a user of our own server, `juliet=friend.net` for one of another. Where the name can not
 * stand in a mail address, or is too long for one, letters and digits that are made of it.
 *
 * @param user bare JID
 * @param server the domain where users are at home
 * @throws RefusedError for a name that belongs to the administrators
 */
export function ownLocalPart(user: string, server: string): string {
  const at = user.lastIndexOf('@');
  const node = user.slice(0, at);
  const home = user.slice(at + 1);
  const wanted = home === server ? node : `${node}=${home}`;
  // The mark of a bounce is one by chance, and is nobody's.
  const isMarked = wanted.startsWith(BOUNCE_PREFIX);
  if (isReserved(wanted) && !isMarked) {
    const text = `The address ${wanted} belongs to the administrators. Ask them for another one.`;
    throw refused('not-allowed', 'cancel', text);
  }
  const isAddress = /^[\x20-\x7e]+$/.test(wanted) && isLocalPart(wanted) && !isMarked;
  return isAddress ? wanted : `u-${digest(user)}`;
}

function digest(user: string): string {
  return createHash('sha256').update(user).digest('hex').slice(0, 20);
}
