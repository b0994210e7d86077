import { expect, test } from 'vitest';
import { visibleName, withClosedDirections } from '../../src/text-direction.ts';

test.each([
  ['plain\ntext', 'plain\ntext'],
  ['a\u202egpj', 'a\u202egpj\u202c'],
  ['a\u202egpj\nb', 'a\u202egpj\u202c\nb'],
  ['a\u202eb\u202cc', 'a\u202eb\u202cc'],
  ['\u2067\u202ex', '\u2067\u202ex\u202c\u2069'],
  ['\u2067\u202ex\u2069y', '\u2067\u202ex\u2069y'],
  ['\u202e\u2067x\u202cy', '\u202e\u2067x\u202cy\u2069\u202c'],
  ['x\u202c\u2069', 'x\u202c\u2069'],
  ['\u202e'.repeat(126).concat('x'), 'x'],
])('%j is closed as %j', (text, expected) => {
  expect(withClosedDirections(text)).toBe(expected);
});

test.each([
  ['plain', 'plain'],
  ['abc\u202egpj', 'abcgpj'],
  ['\u2067paired\u2069', 'paired'],
  ['ro\u200bm\u200de\u00ado\ufeff\u{e0041}', 'romeo'],
  [`a${'\u0301'.repeat(200)}`, `a${'\u0301'.repeat(32)}`],
])('the name %j is shown as %j', (name, shown) => {
  expect(visibleName(name)).toBe(shown);
});
