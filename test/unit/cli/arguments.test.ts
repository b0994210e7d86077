import { expect, it } from 'vitest';
import { readArguments } from '../../../src/cli/arguments.ts';

it.each([
  ['--all', 'sms'],
  ['sms', '--all'],
  ['all', 'sms'],
])('everything is meant by "retry %s %s"', (...words) => {
  expect(new Set(readArguments(['retry', ...words]).words)).toEqual(
    new Set(['retry', 'sms', 'all']),
  );
});
