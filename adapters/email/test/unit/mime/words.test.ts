import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clip, decodeWords, oneLine, visible } from '../../../mime/words.ts';

const binary = (text: string) => Buffer.from(text).toString('latin1');
const base64 = (charset: string, bytes: readonly number[]) =>
  `=?${charset}?B?${Buffer.from(bytes).toString('base64')}?=`;

describe('a header value', () => {
  test.each([
    ['plain', 'plain'],
    ['=?utf-8?Q?caf=C3=A9?=', 'café'],
    ['=?UTF-8?q?a_b?= c', 'a b c'],
    ['=?utf-8?B?Y2Fmw6k=?=', 'café'],
    ['=?iso-8859-1?Q?caf=E9?=', 'café'],
    ['=?iso-8859-1*fr?Q?caf=E9?=', 'café'],
    ['=?a?Q?b?=', 'b'],
    ['=?utf-8?Q?a?= =?utf-8?Q?b?=', 'ab'],
    ['=?utf-8?Q?a?=\t =?iso-8859-1?Q?b?= c', 'ab c'],
    ['=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=', 'café'],
    ['Re: =?utf-8?Q?a b?= (x)', 'Re: a b (x)'],
    ['=?utf-8?Q?unfinished', '=?utf-8?Q?unfinished'],
    ['=?utf-8?X?a?=', '=?utf-8?X?a?='],
    ['=?utf-7?Q?+ADw-script+AD4-?=', '+ADw-script+AD4-'],
    ['=?utf-8?Q?a=0D=0ABcc:_b=00c?=', 'a Bcc: b c'],
    [binary('café'), 'café'],
    ['caf\xe9', 'café'],
  ])('%j', (raw, text) => {
    expect(decodeWords(raw)).toBe(text);
  });

  test.each([
    ['koi8-r', [0xf0, 0xd2, 0xc9], 'При'],
    ['iso-2022-jp', [0x1b, 0x24, 0x42, 0x46, 0x7c, 0x1b, 0x28, 0x42], '日'],
    ['gb18030', [0xc4, 0xe3], '你'],
    ['shift_jis', [0x93, 0xfa], '日'],
    ['windows-1251', [0xcf, 0xf0], 'Пр'],
  ])('in %s', (charset, bytes, text) => {
    expect(decodeWords(base64(charset, bytes))).toBe(text);
  });

  test('of any kind is one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        expect(decodeWords(raw)).not.toMatch(/[\r\n\0\u202e]/);
      }),
    );
  });
});

test('a line is cut between characters', () => {
  expect(clip('12345', 5)).toBe('12345');
  expect(clip('123456', 5)).toBe('1234…');
  expect(clip('123🙂6', 5)).toBe('123…');
});

// T17
test('a name shows all that is in it', () => {
  expect(visible('B\u200bo\u00ad\u2060b\u{e0041}\u034f\u3164')).toBe('Bob');
  expect(visible('José नमस्ते')).toBe('José नमस्ते');
  expect(visible(`z${'\u0301'.repeat(200)}`)).toBe(`z${'\u0301'.repeat(32)}`);
});

test('a line has no half characters', () => {
  expect(oneLine('a\ud83db')).toBe('a\ufffdb');
});
