/**
 * The envelope sender of each mail: it names the message and proves that we wrote it, so that a bounce
 * is told from a forged one, and finds its message, whatever the bounce itself says.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { MessageId } from 'postern/adapter';
import { BOUNCE_PREFIX } from './account-name.ts';
import { addressOf, type MailAddress } from './mail-address.ts';

export interface Verp {
  /** The envelope sender of a message. Its local part has 41 octets, of the 64 that may be. */
  address(message: MessageId): MailAddress;
  /**
   * The message that a local part names; servers on the way may have changed its case. Undefined for
   * whatever we did not write.
   */
  read(local: string): MessageId | undefined;
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** Of 5 bits each: as many as nobody guesses over SMTP. */
const TAG_LENGTH = 12;
const LOCAL_PART = new RegExp(`^${BOUNCE_PREFIX}([0-9a-z]{26})\\.([a-z2-7]{${TAG_LENGTH}})$`);

/** @param key of this transport alone; its bounces are good for as long as it stays the same */
export function verp(key: Buffer, domain: string): Verp {
  const tagOf = (name: string): string => {
    const digest = createHmac('sha256', key).update(`${BOUNCE_PREFIX}${name}`).digest();
    return Array.from(digest.subarray(0, TAG_LENGTH), (byte) => ALPHABET[byte & 31]).join('');
  };
  return {
    address: (message) => {
      const name = message.toLowerCase();
      return addressOf(`${BOUNCE_PREFIX}${name}.${tagOf(name)}@${domain}`);
    },
    read: (local) => {
      const [, name, tag] = LOCAL_PART.exec(local.toLowerCase()) ?? [];
      if (name === undefined || tag === undefined) return undefined;
      const ours = timingSafeEqual(Buffer.from(tag), Buffer.from(tagOf(name)));
      return ours ? (name.toUpperCase() as MessageId) : undefined;
    },
  };
}
