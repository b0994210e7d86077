import { describe, expect, test } from 'vitest';
import { account, config } from '../../config.ts';
import { ACCOUNT_SID } from '../carrier.ts';

const written = {
  provider: 'twilio',
  accountSid: ACCOUNT_SID,
  authToken: 'secret',
  country: 'US',
};

test('what the operator leaves out is the careful choice', () => {
  expect(config.parse(written)).toMatchObject({
    apiUrl: 'https://api.twilio.com',
    numbers: [],
    shortCodes: false,
    maxSegments: 10,
  });
});

describe('refuses, and says what to write', () => {
  test.each([
    [{ accountSid: `SK${'0'.repeat(32)}` }, 'SID of an API key'],
    [{ country: 'us' }, 'two capital letters'],
    [{ country: 'XX' }, 'not the code of a country'],
    [{ apiUrl: 'http://example.org' }, 'https'],
    [{ apiUrl: 'api.twilio.com' }, 'https://…'],
    [{ apiUrl: 'ftp://example.org' }, 'https://…'],
    [{ numbers: [12025550100] }, 'in quotes'],
    [{ numbers: ['202 555 0100'] }, 'country code'],
    [{ authtoken: 'x' }, 'authtoken'],
  ])('%j', (change, words) => {
    const { error } = config.safeParse({ ...written, ...change });
    expect(error?.message).toContain(words);
  });

  test('a number without a country code', () => {
    expect(account.safeParse({ number: '2025550100' }).error?.message).toContain('country code');
  });
});

test.each(['http://127.0.0.1:8080', 'http://[::1]:8080', 'http://localhost', 'https://x.example'])(
  'takes %s as an API',
  (apiUrl) => {
    expect(config.safeParse({ ...written, apiUrl }).success).toBe(true);
  },
);
