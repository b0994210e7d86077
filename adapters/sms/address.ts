/**
 * Numbers as people write them, and the one form in which they are kept:
 *
 * - a telephone number in E.164: `+12025550123`
 * - a short code, three to six digits: `21610`
 * - the name of a sender that has no number, in lower case: `mybank`
 */

import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Addressing, OwnAddress, PeerId } from 'postern/adapter';
import { RefusedError, refused } from 'postern/adapter';
import type { SmsAccount, SmsConfig } from './config.ts';
import { isEmergencyNumber } from './emergency-numbers.ts';

const E164 = /^\+[1-9][0-9]{6,14}$/;
const SHORT_CODE = /^[0-9]{3,6}$/;
/** GSM allows eleven characters for a sender's name. One of them is a letter, or it would be a number. */
const NAME = /^(?=[^a-z]*[a-z])[a-z0-9](?:[a-z0-9 ._&+-]{0,9}[a-z0-9])?$/;
const MAX_WRITTEN = 64;

const EXAMPLE = 'Example: +1 202 555 0123';

export function addressing(config: SmsConfig): Addressing<SmsAccount> {
  return {
    parsePeer: (text, account) => parsePeer(text, account?.number, config),
    formatPeer: (peer) => peer,
    describePeer,
    ownAddresses: ({ number }) => [number as OwnAddress],
    registration: (taken) => {
      if (config.numbers.length === 0) {
        throw refused('not-allowed', 'cancel', 'Numbers are given out by the administrator here.');
      }
      const free = config.numbers.find((number) => !taken(number as OwnAddress));
      if (free === undefined) {
        throw refused('resource-constraint', 'wait', 'No number is free. Ask the administrator.');
      }
      return { number: free };
    },
  };
}

/** Whether the peer is a name, which nobody can write to. */
export function isName(peer: PeerId): boolean {
  return NAME.test(peer);
}

export function isShortCode(peer: PeerId): boolean {
  return SHORT_CODE.test(peer);
}

/** "+1 202 555 0123"; short codes and names as they are. */
export function describePeer(peer: PeerId): string {
  return parseNumber(peer)?.formatInternational() ?? peer;
}

/** The number that a network names as one of ours; whatever it is, it can be stored. */
export function ownAddress(text: string): OwnAddress {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_WRITTEN) as OwnAddress;
}

/** Who sent an inbound text; undefined where the network names somebody that has no address here. */
export function senderOf(text: string, config: SmsConfig): PeerId | undefined {
  try {
    return parsePeer(text, undefined, config);
  } catch (error) {
    if (error instanceof RefusedError) return undefined;
    throw error;
  }
}

function parsePeer(text: string, ownNumber: string | undefined, config: SmsConfig): PeerId {
  if (text.length > MAX_WRITTEN) throw malformed(text, 'is too long for a number');
  // Digits of other scripts and characters without a width look like numbers that they are not.
  if (!/^[\x20-\x7e]*$/.test(text)) throw malformed(text, 'is not a number');
  const written = text.trim().toLowerCase().replace(/^tel:/, '').replace(/^%2b/, '+');
  if (NAME.test(written)) return written as PeerId;
  // 000 is a number of its own: for help, in Australia.
  const dialled = written.replace(/[ ().\x2f-]/g, '').replace(/^00(?!0$)/, '+');
  if (!/^\+?[0-9]+$/.test(dialled)) throw malformed(text, 'is not a number');
  if (SHORT_CODE.test(dialled)) return shortCode(dialled);
  return telephoneNumber(text, dialled, ownNumber, config);
}

function shortCode(digits: string): PeerId {
  if (isEmergencyNumber(digits)) {
    throw refused(
      'not-allowed',
      'cancel',
      `${digits} may be an emergency number: call it, do not write.`,
    );
  }
  return digits as PeerId;
}

function telephoneNumber(
  text: string,
  dialled: string,
  ownNumber: string | undefined,
  config: SmsConfig,
): PeerId {
  const home = ownNumber === undefined ? undefined : parseNumber(ownNumber)?.country;
  const number = parseNumber(dialled, home ?? (config.country as CountryCode));
  // Not `isValid`: the library's tables are older than the newest ranges.
  if (number === undefined || !number.isPossible() || !E164.test(number.number)) {
    const short = dialled.length < 11;
    throw malformed(text, short ? 'is too short for a number' : 'is not a number');
  }
  // What is kept must read as itself: the library drops a trunk zero after the country code.
  if (parseNumber(number.number)?.number !== number.number)
    throw malformed(text, 'is not a number');
  return number.number as string as PeerId;
}

/** Undefined where it is nothing that could be dialled. */
export function parseNumber(text: string, country?: CountryCode) {
  if (!/^\+?[0-9]+$/.test(text)) return undefined;
  return parsePhoneNumberFromString(text, country === undefined ? {} : { defaultCountry: country });
}

function malformed(text: string, why: string): RefusedError {
  const shown = text.replace(/[^\x20-\x7e]/g, '?').slice(0, 24);
  return refused('jid-malformed', 'modify', `"${shown}" ${why}. ${EXAMPLE}`);
}
