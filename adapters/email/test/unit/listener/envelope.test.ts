import { describe, expect, test } from 'vitest';
import { type Envelope, readEnvelope, writeEnvelope } from '../../../listener/envelope.ts';

const ENVELOPE: Envelope = {
  v: 1,
  mailFrom: '',
  recipients: ['juliet@mail.example', 'jürgen+x@mail.example'],
  remoteAddress: '2001:db8::1',
  helo: 'far.example',
  protocol: 'lmtp',
  tls: true,
  receivedAt: 1_795_000_000_000,
  smtputf8: true,
};

test('an envelope is read as it was written', () => {
  expect(readEnvelope(writeEnvelope(ENVELOPE))).toEqual(ENVELOPE);
});

test('the longest envelope is below 64 KiB', () => {
  const longest = {
    ...ENVELOPE,
    mailFrom: '\\'.repeat(253),
    recipients: Array<string>(100).fill('ü'.repeat(127)),
    helo: '\\'.repeat(300),
  };
  expect(Buffer.byteLength(writeEnvelope(longest))).toBeLessThan(64 * 1024);
});

describe('what is not quite one', () => {
  test.each([
    ['another version', { v: 2 }],
    ['no recipient', { recipients: [] }],
    ['a field too many', { more: 1 }],
    ['a field of another kind', { tls: 'yes' }],
    ['a field too few', { helo: undefined }],
  ])('is refused: %s', (_, change) => {
    const text = JSON.stringify({ ...ENVELOPE, ...change });
    expect(() => readEnvelope(text)).toThrow('no envelope of a mail');
  });

  test('is refused without a word of what it says', () => {
    for (const text of ['secret', '"secret"', '{"v":1,"secret":2}']) {
      expect(() => readEnvelope(text)).toThrow(/^(?!.*secret)this is no envelope of a mail/);
    }
  });
});
