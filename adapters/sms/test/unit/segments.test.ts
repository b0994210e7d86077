import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countSegments, splitText } from '../../segments.ts';

const FAMILY = '👩‍👩‍👧';

describe('countSegments', () => {
  test.each([
    ['nothing', '', 1],
    ['160 of GSM', 'a'.repeat(160), 1],
    ['161 of GSM', 'a'.repeat(161), 2],
    ['306 of GSM', 'a'.repeat(306), 2],
    ['307 of GSM', 'a'.repeat(307), 3],
    ['80 of the extension', '€'.repeat(80), 1],
    ['81 of the extension', '€'.repeat(81), 2],
    ['an escape that does not fit at the end', `${'a'.repeat(152)}€${'a'.repeat(152)}`, 3],
    ['line ends', '\n'.repeat(160), 1],
    ['70 of UCS-2', 'я'.repeat(70), 1],
    ['71 of UCS-2', 'я'.repeat(71), 2],
    ['134 of UCS-2', 'я'.repeat(134), 2],
    ['135 of UCS-2', 'я'.repeat(135), 3],
    ['an emoji at the end of a segment', `${'я'.repeat(66)}😀${'я'.repeat(66)}`, 3],
    ['a family at the end of a segment', `${'я'.repeat(60)}${FAMILY}${'я'.repeat(60)}`, 3],
    ['a character without an end', `e${'\u0301'.repeat(200)}`, 3],
  ])('%s', (_, text, count) => {
    expect(countSegments(text).count).toBe(count);
  });

  test.each([
    ['plain', undefined],
    ['a `tick`', '`'],
    ['tab\t', '\t'],
    ['smile 😀 more 😀', '😀'],
  ])('names what makes %j dear', (text, costly) => {
    expect(countSegments(text).costly).toBe(costly);
  });
});

describe('splitText', () => {
  test.each([
    ['what fits', 'one two', 10, ['one two']],
    ['after a word', 'one two three', 8, ['one two', 'three']],
    ['at a line end', 'one\ntwo', 5, ['one', 'two']],
    ['exactly full words', 'four five', 4, ['four', 'five']],
    ['inside a word that is too long', 'abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['not at a space in the first half', 'a bcdefghij', 8, ['a bcdefg', 'hij']],
    ['not inside an emoji', 'abc😀def', 4, ['abc', '😀de', 'f']],
    ['not inside a family', `abc${FAMILY}`, 10, ['abc', FAMILY]],
    ['white space only', '    ', 2, ['']],
  ])('%s', (_, text, max, parts) => {
    expect(splitText(text, max)).toEqual(parts);
  });

  test('drops nothing but white space, and keeps every part in bounds', () => {
    const piece = fc.constantFrom('a', 'word', ' ', '\n', '😀', FAMILY, 'e\u0301', '\u0301');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }),
        fc.integer({ min: 9, max: 30 }),
        (pieces, max) => {
          const text = pieces.join('');
          const parts = splitText(text, max);
          const letters = (words: string) => words.replace(/\s/g, '');
          expect(letters(parts.join(''))).toBe(letters(text));
          for (const part of parts) {
            expect(part.length).toBeLessThanOrEqual(max);
            expect(part.isWellFormed()).toBe(true);
          }
        },
      ),
    );
  });
});

test('counting and cutting a text takes time in proportion to its length', () => {
  const cpu = (run: () => void): number => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  const work = (length: number) => () => {
    for (let i = 0; i < 4; i += 1) {
      countSegments('a€'.repeat(length / 2));
      countSegments('я😀'.repeat(length / 3));
      splitText('x'.repeat(length), 1600);
    }
  };
  cpu(work(20_000));
  expect(cpu(work(200_000)) / cpu(work(20_000))).toBeLessThan(40);
});
