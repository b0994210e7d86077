import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { account, config, endpointOf, smarthostOf, verifyOf } from '../../config.ts';

const LEAST = { listen: '127.0.0.1:2525', smarthost: 'smtp://127.0.0.1' };

test('two settings suffice', () => {
  expect(config.parse(LEAST)).toMatchObject({
    protocol: 'smtp',
    verify: 'dmarc',
    receipt: 'delivered',
    clearText: false,
    maxBytes: 10_485_760,
  });
});

describe('a smarthost', () => {
  test.each([
    ['smtp://mx.example.org', 'mx.example.org', 587, false],
    ['smtps://mx.example.org', 'mx.example.org', 465, true],
    ['smtp://127.0.0.1:25', '127.0.0.1', 25, false],
    ['smtp://[::1]:2525/', '::1', 2525, false],
  ])('%s', (text, host, port, tls) => expect(smarthostOf(text)).toEqual({ host, port, tls }));

  test.each([
    'mx.example.org',
    'http://mx.example.org',
    'smtp://',
    'smtp://juliet:secret@mx.example.org',
    'smtp://mx.example.org:0',
    'smtp://mx.example.org:70000',
    'smtp://mx.example.org?x=1',
    'smtp://mx example.org',
  ])('is not %s', (text) => {
    expect(smarthostOf(text)).toBeUndefined();
    expect(config.safeParse({ ...LEAST, smarthost: text }).error?.issues[0]?.message).toMatch(
      /smtp:\/\/host:port/,
    );
  });
});

test.each(['2525', '127.0.0.1', '127.0.0.1:65536', '300.0.0.1:25x', '[127.0.0.1]:25'])(
  'nothing listens at %s',
  (text) => expect(endpointOf(text)).toBeUndefined(),
);

describe('what proves a sender', () => {
  test.each([
    ['dmarc', { by: 'dmarc' }],
    ['off', { by: 'off' }],
    ['upstream:mx.example.org', { by: 'upstream', authservId: 'mx.example.org' }],
  ])('%s', (text, verify) => expect(verifyOf(text)).toEqual(verify));

  test.each(['', 'upstream', 'upstream:', 'upstream:a b', 'DMARC', 'none'])('is not %j', (text) =>
    expect(verifyOf(text)).toBeUndefined(),
  );
});

describe('a DKIM key', () => {
  const pem = (type: 'rsa' | 'ed25519', bits = 2048): string => {
    const pair =
      type === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: bits })
        : generateKeyPairSync('ed25519');
    return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  };
  const parsed = (key: string) => config.safeParse({ ...LEAST, dkim: { selector: 'p1', key } });

  test('is RSA of at least 1024 bits', () => {
    expect(parsed(pem('rsa')).success).toBe(true);
    expect(parsed(pem('rsa', 768)).success).toBe(false);
    expect(parsed(pem('ed25519')).success).toBe(false);
  });

  test('that is none is not shown in the error', () => {
    const { error } = parsed('canary-key');
    expect(JSON.stringify(error)).not.toContain('canary');
  });
});

test('a certificate is one, and the key its own', () => {
  const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });
  const { error } = config.safeParse({ ...LEAST, tls: { key: String(pem), cert: 'canary' } });
  expect(error?.issues.map(({ path, message }) => `${path}: ${message}`)).toEqual([
    'tls: These are no private key and its certificate, both in PEM.',
  ]);
  expect(JSON.stringify(error)).not.toContain('canary');
});

test('a name of an account is what stands before the @', () => {
  expect(account.parse({ address: 'Juliet' })).toEqual({ address: 'juliet', aliases: [] });
  for (const address of [
    'juliet@example.org',
    'a b',
    'a..b',
    '',
    'x'.repeat(65),
    'a%b',
    'a!b',
    'b=x',
    'jürgen',
  ]) {
    expect(account.safeParse({ address }).success, address).toBe(false);
  }
  const of = (alias: string) => account.safeParse({ address: 'juliet', aliases: [alias] }).success;
  expect([of('jürgen'), of('b=x')]).toEqual([true, false]);
});
