import fc from 'fast-check';
import type { OwnAddress, PeerId } from 'postern/adapter';
import { RefusedError } from 'postern/adapter';
import { describe, expect, test } from 'vitest';
import { addressing, senderOf } from '../../address.ts';
import { config as schema } from '../../config.ts';
import { ACCOUNT_SID } from '../carrier.ts';

const settings = (more: object = {}) =>
  schema.parse({
    provider: 'twilio',
    accountSid: ACCOUNT_SID,
    authToken: 'secret',
    country: 'US',
    ...more,
  });
const JULIET = 'juliet@example.org';
const us = addressing(settings());

function refusalOf(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (error instanceof RefusedError) return error.refusal;
    throw error;
  }
  return undefined;
}

describe('parsePeer', () => {
  test.each([
    ['without an account, in the country of the settings', undefined, '020 7183 8750', undefined],
    ['in the country of the account', '+442071838750', '020 7946 0018', '+442079460018'],
    ['in the country of the account', '+4930123456', '030 654321', '+4930654321'],
  ])('reads a national number %s', (_, number, text, expected) => {
    const read = () => us.parsePeer(text, number === undefined ? undefined : { number });
    if (expected === undefined) expect(refusalOf(read)?.condition).toBe('jid-malformed');
    else expect(read()).toBe(expected);
  });

  test('accepts ranges that the tables do not know', () => {
    expect(us.parsePeer('+15551234567')).toBe('+15551234567');
  });

  test('gives nothing but short ASCII for any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[-+ ().0-9]{1,20}$/)),
        (text) => {
          const refusal = refusalOf(() => {
            const peer = us.parsePeer(text);
            expect(peer).toMatch(/^(\+[1-9][0-9]{6,14}|[0-9]{3,6}|[a-z0-9 ._&+-]{1,11})$/);
            expect(us.parsePeer(peer)).toBe(peer);
          });
          if (refusal !== undefined) expect(refusal.text.length).toBeLessThanOrEqual(120);
        },
      ),
    );
  });

  test('says what to write', () => {
    expect(refusalOf(() => us.parsePeer('555 12345'))?.text).toBe(
      '"555 12345" is too short for a number. Example: +1 202 555 0123',
    );
    expect(refusalOf(() => us.parsePeer('911'))).toMatchObject({ condition: 'not-allowed' });
  });
});

test.each([
  ['+12025550123', '+1 202 555 0123'],
  ['21610', '21610'],
  ['mybank', 'mybank'],
])('describes %s as %s', (peer, words) => {
  expect(us.describePeer(peer as PeerId)).toBe(words);
});

test.each([
  ...['000', '061', '107', '112', '119', '131', '911', '9-1-1', 'tel:999', '811', '1122', '10111'],
])('%s is an emergency number', (text) => {
  expect(refusalOf(() => us.parsePeer(text))).toMatchObject({
    condition: 'not-allowed',
    text: expect.stringContaining('emergency'),
  });
});

describe('registration', () => {
  const pool = addressing(settings({ numbers: ['+12025550100', '+12025550101'] }));

  test('gives the first number that is free', () => {
    const taken = (address: OwnAddress) => address === '+12025550100';
    expect(pool.registration(taken, JULIET)).toEqual({ number: '+12025550101' });
  });

  test('says when there is none', () => {
    const noneFree = refusalOf(() => pool.registration(() => true, JULIET));
    expect(noneFree).toMatchObject({ condition: 'resource-constraint', type: 'wait' });
    expect(refusalOf(() => us.registration(() => false, JULIET))?.condition).toBe('not-allowed');
  });
});

test.each([
  ['+12025550123', '+12025550123'],
  ['21610', '21610'],
  ['MyBank', 'mybank'],
  ['', undefined],
  ['+266696687', undefined],
  ['whatsapp:+12025550123', undefined],
])('a text from "%s" has the sender %s', (from, expected) => {
  expect(senderOf(from, settings())).toBe(expected);
});
