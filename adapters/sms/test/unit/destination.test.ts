import type { PeerId } from 'postern/adapter';
import { expect, test } from 'vitest';
import { config as schema } from '../../config.ts';
import { checkDestination } from '../../destination.ts';
import { ACCOUNT_SID } from '../carrier.ts';

const written = {
  provider: 'twilio',
  accountSid: ACCOUNT_SID,
  authToken: 'secret',
  country: 'US',
};

test.each([
  ['the own country', '+12025550123', {}],
  ['a range that the tables do not know', '+15551234567', {}],
  ['a country that was opened', '+442071838750', { allowCountries: ['US', 'GB'] }],
  ['a short code, where they are open', '21610', { shortCodes: true }],
])('allows %s', (_, peer, more) => {
  expect(() =>
    checkDestination(peer as PeerId, schema.parse({ ...written, ...more })),
  ).not.toThrow();
});

test.each([
  ['another country', '+442071838750', {}, 'United Kingdom'],
  [
    'the own country, where others alone are open',
    '+12025550123',
    { allowCountries: ['GB'] },
    'United States',
  ],
  ['an island with the same country code', '+18095551234', {}, 'Dominican Republic'],
  ['a channel island', '+447781123456', { allowCountries: ['GB'] }, 'Guernsey'],
  ['a satellite', '+88213000000', {}, 'this country'],
  ['a premium number', '+19005551234', {}, 'costs more'],
  ['a number that follows a person', '+447012345678', { allowCountries: ['GB'] }, 'costs more'],
  ['a short code', '21610', {}, 'Short codes'],
  ['a name', 'mybank', {}, 'name of a sender'],
])('refuses %s', (_, peer, more, words) => {
  const config = schema.parse({ ...written, ...more });
  expect(() => checkDestination(peer as PeerId, config)).toThrow(words);
});
