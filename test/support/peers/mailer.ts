/** Somebody out there who writes to the gateway: DKIM-signed mail of a domain, and what DNS says of it. */

import { generateKeyPairSync } from 'node:crypto';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { Zone } from './dns.ts';

export interface Mailer {
  /** For `startDns`: the key, SPF for 127.0.0.1, a strict DMARC policy, and the exchanger. */
  readonly zone: Zone;
  /**
   * @param mail `from` and `to` in headers and envelope, unless it has an `envelope`
   * @returns the server's reply
   * @throws Error with the reply that refused it in `response`, or what broke
   */
  send(mail: SendMailOptions): Promise<string>;
  /** A mail of the same domain that nobody has signed. */
  sendUnsigned(mail: SendMailOptions): Promise<string>;
  stop(): void;
}

/** @param port of the gateway's listener */
export function startMailer(domain: string, port: number): Mailer {
  const selector = 'test';
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  });
  const transport = createTransport({
    ...{ host: '127.0.0.1', port, name: `mx.${domain}`, ignoreTLS: true },
    ...{ pool: true, maxConnections: 1 },
  });
  const send = async (mail: SendMailOptions) => (await transport.sendMail(mail)).response;
  const dkim = { domainName: domain, keySelector: selector, privateKey };
  return {
    zone: {
      [domain]: {
        TXT: ['v=spf1 ip4:127.0.0.1 -all'],
        MX: [{ preference: 10, exchange: `mx.${domain}` }],
      },
      [`mx.${domain}`]: { A: ['127.0.0.1'] },
      [`${selector}._domainkey.${domain}`]: {
        TXT: [`v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`],
      },
      [`_dmarc.${domain}`]: { TXT: ['v=DMARC1; p=reject; adkim=s; aspf=s'] },
    },
    send: (mail) => send({ ...mail, dkim }),
    sendUnsigned: send,
    stop: () => transport.close(),
  };
}
