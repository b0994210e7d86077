/**
 * Passwords of rooms, as they are written down. The key is made of the component's secret, which the
 * store does not have: whoever reads the store alone, or a copy of it, reads no password.
 */

import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface Seal {
  /** @param place where it is kept: it can be opened there and nowhere else */
  close(text: string, place: string): string;
  /** Undefined where it was not closed with this key, or is kept elsewhere. */
  open(sealed: string, place: string): string | undefined;
}

/** Slow on purpose, some dozens of milliseconds: the secret may be a word. @param purpose one key for each */
export async function openSeal(secret: string, purpose: string): Promise<Seal> {
  const derived = await promisify<string, string, number, Buffer>(scrypt)(
    secret,
    purpose,
    KEY_BYTES,
  );
  return sealOf(derived);
}

function sealOf(key: Buffer): Seal {
  return {
    close(text, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(place));
      const closed = [nonce, cipher.update(text, 'utf8'), cipher.final()];
      return Buffer.concat([...closed, cipher.getAuthTag()]).toString('base64url');
    },
    open(sealed, place) {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const cipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        const text = cipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
        return Buffer.concat([text, cipher.final()]).toString();
      } catch {
        return undefined;
      }
    },
  };
}
