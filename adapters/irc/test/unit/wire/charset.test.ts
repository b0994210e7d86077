import { expect, it } from 'vitest';
import { charsetOf } from '../../../wire/charset.ts';

it('is Latin-1 where nothing is said and it is no UTF-8', () => {
  const { decode, encode } = charsetOf();
  expect(decode(Buffer.from('caf\xe9 \x80', 'latin1'))).toBe('café €');
  expect(decode(Buffer.from('café'))).toBe('café');
  expect(encode('café')).toEqual(Buffer.from('café'));
});

it('is UTF-8 also where its last character was cut', () => {
  const { decode } = charsetOf('koi8-r');
  const text = Buffer.from('PRIVMSG #a :Привет 🌹');
  for (const cut of [1, 2, 3]) {
    const line = Buffer.concat([text.subarray(0, -cut), Buffer.from('\r')]);
    expect(decode(line)).toBe('PRIVMSG #a :Привет ');
  }
  const half = Buffer.from('Привет, мир').subarray(0, -1);
  expect(decode(half)).toBe('Привет, ми');
});

it('is none where only the last character could be', () => {
  const { decode } = charsetOf();
  expect(decode(Buffer.from('caf\xe9', 'latin1'))).toBe('café');
  expect(decode(Buffer.from('caf\xe9s \xe9', 'latin1'))).toBe('cafés é');
});

it.each([
  ['windows-1251', 'Привет, мир'],
  ['iso-8859-2', 'Zażółć gęślą'],
  ['shift_jis', 'こんにちは、ﾊﾝｶｸ'],
  ['euc-kr', '안녕하세요'],
  ['gbk', '你好，世界'],
  ['big5', '你好世界'],
])('reads in %s what it wrote in it', (label, text) => {
  const { decode, encode } = charsetOf(label);
  const bytes = encode(`PRIVMSG #a :${text}`);
  expect(bytes).not.toEqual(Buffer.from(`PRIVMSG #a :${text}`));
  expect(decode(bytes)).toBe(`PRIVMSG #a :${text}`);
});

it('loses no character that a charset lacks', () => {
  expect(charsetOf('windows-1251').encode('мир ☮')).toEqual(Buffer.from('мир ☮'));
});

it.each(['utf-16le', 'iso-2022-jp', 'x-user-defined-no', 'replacement'])('refuses %s', (label) => {
  expect(() => charsetOf(label)).toThrow(RangeError);
});
