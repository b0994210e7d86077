import { describe, expect, test } from 'vitest';
import { chatText, sizeOf } from '../../chat-text.ts';
import { BOB, DOMAIN, opened } from './opened.ts';

const AROUND = { own: [`juliet@${DOMAIN}`] };
const lines = (...args: Parameters<typeof chatText>) => chatText(...args).split('\n');

test('a plain mail is its text', () => {
  expect(chatText(opened(), 'Thanks.', AROUND)).toBe('Thanks.');
});

test('the subject comes first, and who is not confirmed before what he says', () => {
  const around = {
    ...AROUND,
    title: '✉ Invoice 42',
    unconfirmed: 'there is no proof of its sender',
  };
  expect(lines(opened(), 'Thanks.', around)).toEqual([
    '✉ Invoice 42',
    '⚠ This says it is from Bob <bob@example.com>. Do not rely on it: there is no proof of its sender.',
    'Thanks.',
  ]);
});

test('files are named with their size, and nobody waits for them', () => {
  const attachments = [
    { name: 'invoice.pdf', size: 213_400, type: 'application/pdf' },
    { name: 'a.png', size: 12, type: 'image/png' },
  ];
  expect(lines(opened({ attachments, furtherAttachments: 3 }), '', AROUND)).toEqual([
    '📎 invoice.pdf (213 KB)',
    '📎 a.png (12 bytes)',
    '[3 more came. This gateway can not bring files yet.]',
  ]);
});

test.each([
  ['application/pgp-encrypted', true],
  ['application/pkcs7-mime', true],
  ['application/pkcs7-signature', false],
  ['application/pgp-signature', false],
])('%s seals the mail: %s', (type, isSealed) => {
  const attachments = [{ name: 'a', size: 12, type }];
  expect(/encrypted or sealed/.test(chatText(opened({ attachments }), '', AROUND))).toBe(isSealed);
});

describe('others', () => {
  const also = (...addresses: string[]) =>
    lines(opened({ others: addresses.map((address) => ({ name: '', address })) }), 'hi', AROUND)[1];

  test('who got it, too, are named', () => {
    expect(also(`juliet@${DOMAIN}`, 'carol@example.com')).toBe('[Also to carol@example.com]');
  });

  test('are named where they are users here, too', () => {
    const mail = opened({ others: [{ name: '', address: `romeo@${DOMAIN}` }] }, [
      `juliet@${DOMAIN}`,
      `romeo@${DOMAIN}`,
    ]);
    expect(lines(mail, 'hi', AROUND)).toEqual(['hi', `[Also to romeo@${DOMAIN}]`]);
  });

  test('are named once, and not without end', () => {
    const many = Array.from({ length: 20 }, (_, index) => `u${index % 10}@example.com`);
    expect(also(...many)).toMatch(/u4@example\.com and 5 more\]$/);
  });

  test('are not mentioned where there are none', () => {
    expect(also(`Juliet@${DOMAIN}`, '')).toBeUndefined();
  });
});

test('where answers are wanted is told only if it is elsewhere', () => {
  const at = (address: string) => opened({ replyTo: [{ name: '', address }] });
  expect(lines(at('list@example.com'), 'hi', AROUND)[1]).toBe(
    '[Answers are wanted at list@example.com]',
  );
  expect(chatText(at('Bob@example.com'), 'hi', AROUND)).toBe('hi');
  expect(chatText(opened({ from: BOB, replyTo: [] }), 'hi', AROUND)).toBe('hi');
});

test('an automatic reply says so, and a damaged mail why', () => {
  const mail = opened({ automatic: 'reply', damaged: 'it has too many parts' });
  expect(lines(mail, 'I am away.', { ...AROUND, sentTo: `jules@${DOMAIN}` })).toEqual([
    '[An automatic reply]',
    `[Sent to jules@${DOMAIN}]`,
    'I am away.',
    '[Not all of it can be shown, because it has too many parts.]',
  ]);
});

test('nothing at all is something', () => {
  expect(chatText(opened(), ' \n', AROUND)).toBe('[An empty mail.]');
});

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1_000, '1.0 KB'],
  [213_400, '213 KB'],
  [9_940_000, '9.9 MB'],
  [25_000_000, '25 MB'],
])('%i bytes are %s', (bytes, text) => expect(sizeOf(bytes)).toBe(text));
