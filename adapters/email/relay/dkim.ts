import { createPrivateKey } from 'node:crypto';
import DKIM from 'nodemailer/lib/dkim';

export interface DkimKey {
  readonly selector: string;
  /** RSA, in PEM. */
  readonly key: string;
  /** The domain that signs. */
  readonly domain: string;
}

/** @returns the message with a DKIM-Signature before it (RFC 6376); the same for the same message */
export type Sign = (message: Buffer) => Promise<Buffer>;

const SIGNATURE = Buffer.from('DKIM-Signature:');

export function dkimSigner({ selector, key, domain }: DkimKey): Sign {
  // Parsed once.
  const privateKey = createPrivateKey(key);
  const dkim = new DKIM({ domainName: domain, keySelector: selector, privateKey });
  return async (message) => {
    const signed = Buffer.concat(await dkim.sign(message).toArray());
    // The library leaves a signature out that it can not make.
    if (!signed.subarray(0, SIGNATURE.length).equals(SIGNATURE)) {
      throw new Error('a mail could not be signed');
    }
    return signed;
  };
}
