import { expect, it } from 'vitest';
import { caseMapping, fold } from '../../../text/case.ts';

it('folds as the server says', () => {
  const name = 'Az[]\\^{}|~Ä';
  expect(fold(name, 'ascii')).toBe('az[]\\^{}|~Ä');
  expect(fold(name, 'rfc1459')).toBe('az{}|~{}|~Ä');
  expect(fold(name, 'rfc1459-strict')).toBe('az{}|^{}|~Ä');
});

it('knows the names of the mappings', () => {
  expect(
    ['rfc1459', 'RFC1459-strict', 'strict-rfc1459', 'ascii', 'rfc7613'].map(caseMapping),
  ).toEqual(['rfc1459', 'rfc1459-strict', 'rfc1459-strict', 'ascii', 'ascii']);
});
