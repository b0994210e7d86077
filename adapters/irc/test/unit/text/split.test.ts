import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitText } from '../../../text/split.ts';

const limits = { bytes: 40, parts: 100 };
const split = (text: string) => splitText(text, limits).parts;

describe('a text', () => {
  it('that fits is one part', () => {
    expect(splitText('hello', limits)).toEqual({ parts: ['hello'], isWhole: true });
    expect(split('x'.repeat(40))).toEqual(['x'.repeat(40)]);
  });

  it('is cut between words', () => {
    expect(split('the quick brown fox jumps over the lazy dog, twice')).toEqual([
      'the quick brown fox jumps over the lazy',
      'dog, twice',
    ]);
    expect(split(`${'x'.repeat(40)} y`)).toEqual(['x'.repeat(40), 'y']);
    expect(split(`see https://example.org/${'p'.repeat(40)}`)[0]).toBe('see');
  });

  it('without words is cut between characters, as a person sees them', () => {
    expect(split('ü'.repeat(30))).toEqual(['ü'.repeat(20), 'ü'.repeat(10)]);
    const family = '👨‍👩‍👧‍👦';
    expect(split(family.repeat(3))).toEqual([family, family, family]);
    expect(split('🇩🇪'.repeat(6))).toEqual(['🇩🇪'.repeat(5), '🇩🇪']);
    expect(split(`${'x'.repeat(38)}e\u0301`)).toEqual(['x'.repeat(38), 'e\u0301']);
  });

  it('that is one endless character is cut all the same', () => {
    const parts = split(`a${'\u0301'.repeat(100)}`);
    expect(parts.join('')).toBe(`a${'\u0301'.repeat(100)}`);
    for (const part of parts) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(40);
  });

  it('keeps the blank lines within it, as lines that a server takes', () => {
    expect(split('\n \none\n\n  two \n\n')).toEqual(['one', ' ', '  two']);
    expect(split('')).toEqual([' ']);
  });

  it('is not sent without end', () => {
    expect(splitText('a\nb\nc', { bytes: 40, parts: 2 })).toEqual({
      parts: ['a', 'b'],
      isWhole: false,
    });
    const flood = splitText('\nx'.repeat(20_000), { bytes: 400, parts: 10 });
    expect(flood).toEqual({ parts: Array(10).fill('x'), isWhole: false });
  });

  it('looks the same behind a cut', () => {
    const [first = '', second = ''] = split(`\x02${'bold '.repeat(9)}\x02plain`);
    expect(first.startsWith('\x02bold')).toBe(true);
    expect(second.startsWith('\x02bold')).toBe(true);
    expect(second.endsWith('\x02plain')).toBe(true);
  });

  it('loses nothing but the spaces at which it is cut', () => {
    const unit = fc.constantFrom(...['a', 'é', '漢', '👋', '👨‍👩‍👧', ' ', ' ', '\n', 'word']);
    const text = fc.array(unit, { maxLength: 120 }).map((units) => units.join(''));
    fc.assert(
      fc.property(text, fc.integer({ min: 32, max: 90 }), (body, bytes) => {
        const { parts, isWhole } = splitText(body, { bytes, parts: 1_000 });
        expect(isWhole).toBe(true);
        for (const part of parts) {
          expect(part).not.toMatch(/\n/);
          expect(part).not.toBe('');
          expect(Buffer.byteLength(part)).toBeLessThanOrEqual(bytes);
          expect(part.isWellFormed()).toBe(true);
        }
        const solid = (words: string): string => words.replace(/\s/g, '');
        expect(solid(parts.join(''))).toBe(solid(body));
      }),
      { seed: 9, numRuns: 1_000 },
    );
  });
});
