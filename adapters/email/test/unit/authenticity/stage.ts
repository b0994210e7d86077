import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { onTestFinished } from 'vitest';
import {
  type Authenticity,
  authenticity,
  type Received,
} from '../../../authenticity/authenticity.ts';
import { type Dns, type DnsOptions, openDns } from '../../../authenticity/dns.ts';
import type { Verify } from '../../../config.ts';
import { DnsStub, type Zone } from '../../dns-stub.ts';

export const DMARC: Verify = { by: 'dmarc' };
/** The server that brings the mails. */
export const CLIENT = '192.0.2.25';
/** The domain of the sender. */
export const BANK = 'bank.example';

export interface SigningKey {
  readonly pem: string;
  /** What stands in DNS. */
  readonly record: string;
}

export function signingKey(bits = 1024): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { pem: privateKey, record: `v=DKIM1; k=rsa; p=${publicKey.toString('base64')}` };
}

export const KEY = signingKey();

export const MAIL = [
  'From: Teller <teller@bank.example>',
  'To: juliet@mail.example.org',
  'Subject: Your account',
  'Date: Tue, 24 Nov 2026 10:00:00 +0000',
  'Message-ID: <1@bank.example>',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Nothing is wrong with it.',
  '',
].join('\r\n');

type Signing = Partial<Parameters<typeof dkimSign>[1]>;

/** The mail with a DKIM-Signature on top of it; the key is `p1._domainkey` of the domain. */
export async function signed(mail: string, domain: string, how: Signing = {}): Promise<string> {
  const key = { signingDomain: domain, selector: 'p1', privateKey: KEY.pem, ...how };
  const { signatures, errors } = await dkimSign(mail, { ...key, signatureData: [key] });
  if (errors.length > 0) throw new Error('not signed', { cause: errors });
  return `${signatures}${mail}`;
}

/**
 * The same by hand: mailauth does not sign without From.
 *
 * @param fields of `h=`, each of which the mail has
 */
export function signedByHand(mail: string, domain: string, fields: readonly string[]): string {
  const [head = '', body = ''] = mail.split(/(?<=\r\n)\r\n/);
  const hash = createHash('sha256').update(body).digest('base64');
  const tags = `v=1; a=rsa-sha256; c=relaxed; d=${domain}; s=p1; h=${fields.join(':')}; bh=${hash}; b=`;
  const lines = fields.map((name) => {
    const [, value = ''] = new RegExp(`^${name}: (.*)$`, 'im').exec(head) ?? [];
    return `${name}:${value}\r\n`;
  });
  const covered = `${lines.join('')}dkim-signature:${tags}`;
  const signature = sign('sha256', Buffer.from(covered), KEY.pem).toString('base64');
  return `DKIM-Signature: ${tags}${signature}\r\n${mail}`;
}

/** A client that nobody vouches for brings it. */
export function received(mail: string, more: Partial<Received> = {}): Received {
  return {
    raw: Buffer.from(mail),
    from: `teller@${BANK}`,
    remoteAddress: CLIENT,
    helo: 'client.nowhere.example',
    mailFrom: 'somebody@nowhere.example',
    mta: 'mail.example.org',
    ...more,
  };
}

/** A name server, and what asks it. The server ends with the test. */
export async function world(
  zone: Zone = {},
  options: DnsOptions = {},
): Promise<{ stub: DnsStub; dns: Dns }> {
  const stub = await DnsStub.open(zone);
  onTestFinished(() => stub[Symbol.asyncDispose]());
  return { stub, dns: openDns([stub.server], options) };
}

/** Where the bank signs, and has a policy. */
export function bank(policy: string | undefined, more: Zone = {}): Zone {
  return {
    [BANK]: { TXT: [] },
    [`p1._domainkey.${BANK}`]: { TXT: [KEY.record] },
    ...(policy === undefined ? {} : { [`_dmarc.${BANK}`]: { TXT: [policy] } }),
    ...more,
  };
}

/** The verdict on a mail by DMARC, in a world of its own. */
export async function judged(
  mail: string,
  zone: Zone,
  more: Partial<Received> = {},
): Promise<Authenticity> {
  const { dns } = await world(zone);
  return await authenticity(received(mail, more), DMARC, dns);
}
