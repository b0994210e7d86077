/** What our own server before us has found of a sender. */

import { formatDomain } from 'mailauth/lib/tools.js';
import { domainOf, type MailAddress } from '../mail-address.ts';
import { isAligned } from './alignment.ts';
import type { Head } from './head.ts';
import { type Result, type Results, readResults } from './results.ts';
import { type Authenticity, unconfirmed } from './verdict.ts';

/** A proof, and the property that names whose it is. The others of RFC 8601 §2.7 prove no From. */
const NAMED_BY = { dkim: 'header.d', spf: 'smtp.mailfrom' } as const;

/**
 * RFC 8601. One field counts: the topmost of the upstream, before the second Received, which is the
 * first that a stranger may have written. Whatever a sender puts into his mail stands below it, even
 * in the name of our upstream. So the upstream must write one into every mail, with DMARC in it or
 * DKIM and SPF; where several programs do, the last one decides.
 *
 * A mail that it let pass is not rejected here: it knew the policy of the domain.
 */
export function byUpstream(
  raw: Buffer,
  from: MailAddress,
  head: Head,
  authservId: string,
): Authenticity {
  for (const results of above(raw, head)) {
    if (results === undefined) return unconfirmed('what the mail server says of it is unreadable');
    if (results.authservId.toLowerCase() !== authservId.toLowerCase()) continue;
    return vouches(results, domainOf(from)) ? { is: 'confirmed' } : unconfirmed();
  }
  return unconfirmed('the mail server says nothing of its sender');
}

function* above(raw: Buffer, head: Head): Generator<Results | undefined> {
  let received = 0;
  for (const { name, valueStart, end } of head.fields) {
    if (name === 'received') received += 1;
    if (received === 2) return;
    if (name === 'authentication-results') yield readResults(raw.toString('utf8', valueStart, end));
  }
}

function vouches({ results }: Results, domain: string): boolean {
  const [dmarc, second] = results.filter(({ method }) => method === 'dmarc');
  if (second !== undefined) return false;
  if (dmarc !== undefined && dmarc.result !== 'none') {
    const named = dmarc.properties.get('header.from');
    return dmarc.result === 'pass' && named !== undefined && formatDomain(named) === domain;
  }
  return results.some((result) => result.result === 'pass' && belongs(result, domain));
}

function belongs({ method, properties }: Result, domain: string): boolean {
  if (method !== 'dkim' && method !== 'spf') return false;
  const named = properties.get(NAMED_BY[method]);
  return named !== undefined && isAligned(domain, named.slice(named.lastIndexOf('@') + 1));
}
