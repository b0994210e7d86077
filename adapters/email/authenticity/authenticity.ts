/** Whether a mail is from whom it says. */

import type { Verify } from '../config.ts';
import { parseAddress } from '../mail-address.ts';
import { byDmarc } from './dmarc.ts';
import type { Dns } from './dns.ts';
import { count, readHead } from './head.ts';
import { byUpstream } from './upstream.ts';
import { type Authenticity, type Received, unconfirmed } from './verdict.ts';

export type { Authenticity, Received } from './verdict.ts';

/** Takes a few milliseconds of CPU, and at most 12 s of waiting for DNS. Never rejects for what a mail contains. */
export async function authenticity(
  mail: Received,
  verify: Verify,
  dns: Dns,
): Promise<Authenticity> {
  const from = mail.from === undefined ? undefined : parseAddress(mail.from);
  const head = readHead(mail.raw);
  if (head === undefined) return unconfirmed('its head is malformed');
  if (from === undefined || count(head, 'from') !== 1) {
    return unconfirmed('it does not name one sender');
  }
  if (verify.by === 'dmarc') return await byDmarc(mail, from, head, dns);
  if (verify.by === 'upstream') return byUpstream(mail.raw, from, head, verify.authservId);
  return { is: 'confirmed' };
}
