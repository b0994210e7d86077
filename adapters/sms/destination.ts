import type { CountryCode } from 'libphonenumber-js/max';
import type { PeerId } from 'postern/adapter';
import { refused } from 'postern/adapter';
import { isName, isShortCode, parseNumber } from './address.ts';
import type { SmsConfig } from './config.ts';

/** Who is charged more than a text costs, or where nobody reads it. */
const BARRED_TYPES: ReadonlySet<string | undefined> = new Set([
  'PREMIUM_RATE',
  // Calls and texts that follow a person: as dear as premium numbers, and loved by thieves.
  'PERSONAL_NUMBER',
  'SHARED_COST',
  'UAN',
  'PAGER',
  'VOICEMAIL',
]);

const countryNames = new Intl.DisplayNames('en', { type: 'region' });

/**
 * Refuses destinations that the operator did not open. A stolen account is worth what it can be made
 * to spend, so only the own country is open unless he says more.
 * @throws RefusedError
 */
export function checkDestination(peer: PeerId, config: SmsConfig): void {
  if (isName(peer)) {
    const text = `"${peer}" is the name of a sender, not a number: nobody can write to it.`;
    throw refused('not-allowed', 'cancel', text);
  }
  if (isShortCode(peer)) {
    if (config.shortCodes) return;
    throw refused('not-allowed', 'cancel', 'Short codes can not be written to from here.');
  }
  const number = parseNumber(peer);
  if (BARRED_TYPES.has(number?.getType())) {
    throw refused('not-allowed', 'cancel', 'This number costs more than a text: not sent.');
  }
  // A range newer than the tables belongs to the country that gives out most of its code.
  const country = number?.country ?? number?.getPossibleCountries()[0];
  const allowed: readonly string[] = config.allowCountries ?? [config.country];
  if (country === undefined || !allowed.includes(country)) {
    throw refused('not-allowed', 'cancel', `Texts to ${nameOf(country)} are not allowed here.`);
  }
}

function nameOf(country: CountryCode | undefined): string {
  return country === undefined ? 'this country' : (countryNames.of(country) ?? country);
}
