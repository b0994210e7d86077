import { describe, expect, test } from 'vitest';
import { decodeText } from '../../../mime/charset.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('bytes', () => {
  test.each([
    ['utf-8', 'c3a9', 'é'],
    ['UTF8', 'c3a9', 'é'],
    ['iso-8859-1', 'e9', 'é'],
    ['iso-8859-2', 'b1', 'ą'],
    ['iso-8859-15', 'a4', '€'],
    ['windows-1250', '9a', 'š'],
    ['cp1251', 'cff0', 'Пр'],
    ['windows-1252', '80', '€'],
    ['windows-1256', 'c7', 'ا'],
    ['koi8-r', 'f0d2', 'Пр'],
    ['koi8-u', 'a4', 'є'],
    ['iso-2022-jp', '1b2442 467c 1b2842', '日'],
    ['shift_jis', '93fa', '日'],
    ['cp932', '93fa', '日'],
    ['euc-jp', 'c6fc', '日'],
    ['gb2312', 'c4e3', '你'],
    ['gb18030', '8139ef30', '㐁'],
    ['big5', 'a741', '你'],
    ['euc-kr', 'c7d1', '한'],
    ['ks_c_5601-1987', 'c7d1', '한'],
    ['windows-874', 'a1', 'ก'],
    ['macintosh', '8e', 'é'],
    ['utf-16le', '6100e900', 'aé'],
    ['utf-16be', '006100e9', 'aé'],
    ['utf-16', 'feff006100e9', 'aé'],
    ['utf-16', 'fffe6100e900', 'aé'],
    ['utf-16', '006100e9', 'aé'],
    ['utf-16', '6100e900', 'aé'],
  ])('in %s: %s', (charset, bytes, text) => {
    expect(decodeText(hex(bytes), charset)).toBe(text);
  });

  test.each([
    ['UTF-8 named otherwise', 'iso-8859-1', 'c3a9', 'é'],
    ['UTF-8 without a name', '', 'c3a9', 'é'],
    ['UTF-8 that is said to be ASCII', 'us-ascii', 'c3a9', 'é'],
    ['Latin 1 that is said to be UTF-8', 'utf-8', '636166e9', 'café'],
    ['Latin 1 without a name', '', '636166e9', 'café'],
    ['one broken character in UTF-8', 'utf-8', 'c3a9e9c3a9', 'é\ufffdé'],
    ['Japanese without a name', '', '1b2442467c1b2842', '日'],
    ['a name that nobody knows', 'x-unknown', 'c3a9', 'é'],
    ['a name that is none', 'utf-8"; x="', 'c3a9', 'é'],
    ['UTF-7, unread', 'utf-7', '2b4144772d', '+ADw-'],
  ])('%s', (_, charset, bytes, text) => {
    expect(decodeText(hex(bytes), charset)).toBe(text);
  });
});
