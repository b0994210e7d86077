import { describe, expect, test } from 'vitest';
import { maskAddress, maskAddressesIn, secretMask } from '../../../src/telemetry/mask.ts';

describe('maskAddress', () => {
  test.each([
    ['juliet@example.org', 'ju…@example.org'],
    ['juliet@example.org/Balcony', 'ju…@example.org'],
    ['+12025550123@post.example.org', '+1…23@post.example.org'],
    ['+12025550123', '+1…23'],
    ['romeo', 'ro…'],
    ['bob', 'b…'],
    ['a@b', '…@b'],
    ['', '…'],
    ['👩‍🚀👩‍🚀', '👩‍…'],
  ])('%s', (address, masked) => {
    expect(maskAddress(address)).toBe(masked);
  });
});

describe('maskAddressesIn', () => {
  test.each([
    [
      'no address at all: a@ b, 12:30, 1.2.3.4:5347',
      'no address at all: a@ b, 12:30, 1.2.3.4:5347',
    ],
    ['post.example.org is up', 'post.example.org is up'],
    ['"juliet@example.org": 1', '"ju…@example.org": 1'],
    ['a number 2025550123.', 'a number 20…23.'],
    ['To=%2B12025550123&From=%2b12025550100', 'To=%2…&From=%2…'],
    ['from +1 (202) 555-0123, at 12:30 +0100', 'from +1…, at 12:30 +0100'],
    ['in a message id 01JD2025550123ABCDEFGHJKMN', 'in a message id 01JD2025550123ABCDEFGHJKMN'],
    ['juliet\\40a.b@gw', 'ju…@gw'],
  ])('%s', (text, masked) => {
    expect(maskAddressesIn(text)).toBe(masked);
  });

  // Others choose the text: work that grows with its square would take minutes here.
  test.each([
    'a'.repeat(2e5),
    'a@'.repeat(1e5),
    '@'.repeat(2e5),
    'a@b/'.repeat(5e4),
    '1'.repeat(2e5),
    '+1 '.repeat(1e5),
    '+1 1'.repeat(1e5),
  ])('ends soon with %#', (text) => {
    expect(maskAddressesIn(text).length).toBeGreaterThan(0);
  });
});

describe('secretMask', () => {
  test('takes a secret literally, wherever it stands', () => {
    const mask = secretMask(['a.c+$', 'p@ss word']);
    expect(mask('xa.c+$x a.c+$ abc+$ u:p%40ss%20word@h')).toBe('x••••x •••• abc+$ u:••••@h');
  });

  test('leaves what is too short to be a secret', () => {
    expect(secretMask(['abc', ''])('abc')).toBe('abc');
  });
});
