import { expect, test } from 'vitest';
import { isFull } from '../../../src/store/admission.ts';

test.each([
  [0.74, false, false],
  [0.75, false, true],
  [0.7, false, false],
  [0.7, true, true],
  [0.65, true, true],
  [0.64, true, false],
])('a fill of %d, where it was full: %s, is full: %s', (fill, before, expected) => {
  expect(isFull(fill, before)).toBe(expected);
});
