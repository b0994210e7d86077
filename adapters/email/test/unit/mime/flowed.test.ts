import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unflow } from '../../../mime/flowed.ts';

describe('a flowed text', () => {
  test.each([
    ['a \nb\nc', 'a b\nc'],
    ['a\n\nb', 'a\n\nb'],
    ['a \n\nb', 'a \nb'],
    [' >a\n From', '>a\nFrom'],
    ['> a \n> b\nc', '> a b\nc'],
    ['> a \n>> b\n> c', '> a \n>> b\n> c'],
    ['a \n-- \nb', 'a \n-- \nb'],
    ['a ', 'a '],
    ['', ''],
  ])('%j is %j', (text, expected) => {
    expect(unflow(text, false)).toBe(expected);
  });

  test('with DelSp has no blank where its lines were cut', () => {
    expect(unflow('日 \n本\nb', true)).toBe('日本\nb');
  });

  test('never gets longer', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '>') });
    fc.assert(
      fc.property(text, fc.boolean(), (written, isDelSp) => {
        const quotes = written.match(/^>+/gm)?.length ?? 0;
        expect(unflow(written, isDelSp).length).toBeLessThanOrEqual(written.length + quotes);
      }),
    );
  });
});
