import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readResults } from '../../../authenticity/results.ts';

const read = (value: string) => {
  const { authservId, results } = readResults(value) ?? {};
  return {
    authservId,
    results: results?.map(({ method, result, properties }) => [
      method,
      result,
      Object.fromEntries(properties),
    ]),
  };
};

test('nothing was checked (RFC 8601 B.2)', () => {
  expect(read(' example.org 1; none')).toEqual({ authservId: 'example.org', results: [] });
});

test('several methods (RFC 8601 B.4)', () => {
  const value = ` example.com;\r
                auth=pass (cram-md5) smtp.auth=sender@example.net;\r
                spf=pass smtp.mailfrom=example.net\r\n`;
  expect(read(value)).toEqual({
    authservId: 'example.com',
    results: [
      ['auth', 'pass', { 'smtp.auth': 'sender@example.net' }],
      ['spf', 'pass', { 'smtp.mailfrom': 'example.net' }],
    ],
  });
});

test('comments wherever they may stand (RFC 8601 B.7)', () => {
  const value = ` foo.example.net (foobar) 1 (baz);\r
      dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r
        policy (A dot can go here) . (like that) expired\r
        (this surprised me) = (as I wasn't expecting it) 1362471462`;
  expect(read(value)).toEqual({
    authservId: 'foo.example.net',
    results: [['dkim', 'fail', { 'policy.expired': '1362471462' }]],
  });
});

test('comments in comments, quotes in quotes, and a reason', () => {
  const value = `"mx one"; spf=fail (a (b \\) c) d) reason="it is \\"bad\\"; really" smtp.mailfrom="a b"@x.example;`;
  expect(read(value)).toEqual({
    authservId: 'mx one',
    results: [['spf', 'fail', { reason: 'it is "bad"; really', 'smtp.mailfrom': 'a b@x.example' }]],
  });
});

test.each([
  '',
  '; dkim=pass',
  'mx dkim=pass',
  'mx; dkim',
  'mx; dkim=',
  'mx; dkim=pass header.d',
  'mx; dkim=pass header.d=',
  'mx; dkim=pass header.d="x',
  'mx; dkim=pass (',
  'mx; dkim=pass )',
  'mx; dkim=pass header.d=a header.d=b',
  'mx; none dkim=pass',
])('half a field is none: %s', (value) => {
  expect(readResults(value)).toBeUndefined();
});

test('any text is read or refused', () => {
  const pieces = fc.constantFrom(
    'mx',
    ';',
    '=',
    '.',
    '/',
    '(',
    ')',
    '"',
    '\\',
    ' ',
    '\r\n ',
    '1',
    'dkim',
    'pass',
    'header',
    'none',
    'é',
    '@',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
      expect(() => readResults(parts.join(''))).not.toThrow();
    }),
    { numRuns: 2_000 },
  );
});
