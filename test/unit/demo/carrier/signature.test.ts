import fc from 'fast-check';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { expect, test } from 'vitest';
import { sign } from '../../../../demo/carrier/signature.ts';

const urls = fc.constantFrom(
  'https://gw.example.org/hooks/sms/message',
  'http://127.0.0.1:8480/hooks/sms/status?message=01J&part=1',
  'https://gw.example.org:8443/a/b%20c?x=%27&y=',
);
const params = fc.dictionary(fc.string({ minLength: 1 }), fc.string({ unit: 'grapheme' }), {
  noNullPrototype: true,
});

test('the twilio package takes every signature of ours', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), urls, params, (token, url, form) => {
      const signature = sign(token, url, new Map(Object.entries(form)));
      expect(validateRequest(token, signature, url, form)).toBe(true);
    }),
  );
});

test('a value that was changed on the way is refused', () => {
  const url = 'https://gw.example.org/hooks/sms/message';
  const signature = sign('token', url, new Map([['Body', 'hello']]));
  expect(validateRequest('token', signature, url, { Body: 'hallo' })).toBe(false);
  expect(validateRequest('other', signature, url, { Body: 'hello' })).toBe(false);
});
