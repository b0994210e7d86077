import { describe, expect, test } from 'vitest';
import { isLoopback, parseEndpoint } from '../../../src/settings/endpoint.ts';

describe('parseEndpoint', () => {
  test.each([
    ['127.0.0.1:5347', { host: '127.0.0.1', port: 5347 }],
    ['[::1]:0', { host: '::1', port: 0 }],
    ['xmpp.example.org:65535', { host: 'xmpp.example.org', port: 65_535 }],
    ['redis_1:6379', { host: 'redis_1', port: 6379 }],
  ])('%s', (text, endpoint) => {
    expect(parseEndpoint(text)).toEqual(endpoint);
  });

  test.each([
    '',
    '5347',
    ':5347',
    'host',
    'host:',
    'host:65536',
    'host:-1',
    '::1:5347',
    '[127.0.0.1]:1',
    '1.2.3:1',
    '-a:1',
    'user@host:1',
    'http://host:1',
  ])('not %j', (text) => {
    expect(parseEndpoint(text)).toBeUndefined();
  });
});

describe('isLoopback', () => {
  test.each(['localhost', '127.0.0.1', '127.8.9.10', '::1'])('%s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  test.each(['127.0.0.1.example.org', '128.0.0.1', '0.0.0.0', '::', 'localhost.example.org'])(
    'not %s',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});
