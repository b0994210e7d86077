import { expect, test } from 'vitest';
import { nearest } from '../../../src/settings/nearest.ts';

test.each([
  ['secrt', 'secret'],
  ['public_url', 'publicUrl'],
  ['PUBLIC-URL', 'publicUrl'],
  ['tsl', 'tls'],
  ['sercet', 'secret'],
  ['scret', 'secret'],
])('%s means %s', (written, meant) => {
  expect(nearest(written, ['tls', 'secret', 'publicUrl'])).toBe(meant);
});

test.each(['colour', 'x', ''])('%j means nothing that is known', (written) => {
  expect(nearest(written, ['tls', 'secret', 'publicUrl'])).toBeUndefined();
});
