import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMail } from '../../../mime/mail.ts';
import { mailboxes, parseMailboxes } from '../../../mime/mailbox.ts';

const binary = (text: string) => Buffer.from(text).toString('latin1');
const parse = (text: string) => [...parseMailboxes(binary(text))];

describe('a mailbox', () => {
  test.each([
    ['a@b.example', '', 'a@b.example'],
    ['<a@b.example>', '', 'a@b.example'],
    ['Ann Bee <a@b.example>', 'Ann Bee', 'a@b.example'],
    ['"Bee, Ann" <A.B@B.Example>', 'Bee, Ann', 'A.B@b.example'],
    ['"Ann \\"the\\" Bee" <a@b.example>', 'Ann "the" Bee', 'a@b.example'],
    ['=?utf-8?Q?J=C3=BCrgen?= <a@b.example>', 'Jürgen', 'a@b.example'],
    ['Jürgen <a@b.example>', 'Jürgen', 'a@b.example'],
    ['a@b.example (Ann Bee)', 'Ann Bee', 'a@b.example'],
    ['a@b.example (Ann (the) Bee)', 'Ann (the) Bee', 'a@b.example'],
    ['用户@例え.example', '', '用户@例え.example'],
    ['"c@d.example" <a@b.example>', 'c@d.example', 'a@b.example'],
    ['c@d.example <a@b.example>', 'c@d.example', 'a@b.example'],
    ['=?utf-8?B?PGNAZC5leGFtcGxlPg==?= <a@b.example>', '<c@d.example>', 'a@b.example'],
    ['Ann <a@b.example> (home)', 'Ann', 'a@b.example'],
  ])('%j', (written, name, address) => {
    expect(parse(written)).toEqual([{ name, address }]);
  });

  test.each([
    'a@b.example c@d.example',
    'Ann a@b.example',
    'Ann (<a@b.example>)',
    '<a@b.example> <c@d.example>',
    '<a@b.example> c@d.example',
    'Ann <a@b.example',
    '"Ann <a@b.example>',
    '(Ann <a@b.example>',
    '"a@b.example"',
    '"a@b.example"@d.example',
    '<"a b"@d.example>',
    '"a"@d.example',
    'a@b@c.example',
    '<@b.example:c@d.example>',
    '<a%c@b.example>',
    'a@[192.0.2.1]',
    'a@b..example',
    'a@-b.example',
    'a@b',
    '@b.example',
    'a.@b.example',
    'a @ b.example',
    '<a@b.example\0.evil.example>',
    'a@b.\tevil.example',
    '<a@b.ex\u00adample>',
    '=?utf-8?Q?a@b.example?=',
    '<=?utf-8?Q?a?=@b.example>',
    `${'a'.repeat(65)}@b.example`,
    `a@${'b.'.repeat(130)}example`,
  ])('%j has no address that counts', (written) => {
    expect(parse(written).map(({ address }) => address)).toEqual(['']);
  });

  test('in bytes that are no UTF-8 has no address, and a name', () => {
    expect([...parseMailboxes('J\xfcrgen <a@b.example>')]).toEqual([
      { name: 'Jürgen', address: 'a@b.example' },
    ]);
    expect([...parseMailboxes('<j\xfcrgen@b.example>')]).toEqual([{ name: '', address: '' }]);
  });

  test('has a name of one line, that keeps its direction and ends', () => {
    const [mailbox] = parse(`"a\u202Eb\u0000\tc${'d'.repeat(200)}" <a@b.example>`);
    expect(mailbox?.name).toMatch(/^ab cd+…$/);
    expect(mailbox?.name.length).toBe(100);
  });
});

describe('many mailboxes', () => {
  test.each([
    ['a@b.example, c@d.example', ['a@b.example', 'c@d.example']],
    ['friends: a@b.example, Cy <c@d.example>;', ['a@b.example', 'c@d.example']],
    ['undisclosed-recipients:;', []],
    [', ,a@b.example,', ['a@b.example']],
    ['"a, b" <a@b.example>', ['a@b.example']],
    ['good@b.example, evil@d.example', ['good@b.example', 'evil@d.example']],
  ])('%j', (written, addresses) => {
    expect(parse(written).map(({ address }) => address)).toEqual(addresses);
  });

  test('are at most a hundred', () => {
    const raw = Array.from({ length: 1_000 }, (_, at) => `a${at}@b.example`).join(',');
    expect(mailboxes([{ name: 'to', raw }], 'to').length).toBe(100);
  });

  test('in any text are found without an error, each valid or empty', () => {
    const piece = fc.constantFrom(
      'a@b.example',
      '<',
      '>',
      '"',
      '(',
      ')',
      ',',
      ':',
      ';',
      '\\',
      ' ',
      'é',
      '@',
    );
    const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 3 }))).map((all) => all.join(''));
    fc.assert(
      fc.property(text, (written) => {
        for (const { address } of parse(written)) {
          expect(address).toMatch(/^$|^[^\s<>"(),:;\\@]+@[^\s<>"(),:;\\@]+$/u);
        }
      }),
    );
  });
});

describe('the From fields of a mail', () => {
  const count = async (header: string) =>
    (await readMail(Buffer.from(`${header}\r\n\r\nHi`, 'latin1'))).fromHeaders;

  test.each([
    ['Subject: x', 0],
    ['From: a@b.example', 1],
    ['From : a@b.example', 1],
    ['fRoM:a@b.example', 1],
    ['From\r\n : a@b.example', 1],
    ['From: a@b.example\r\nFrom: c@d.example', 2],
    ['From: a@b.example\nFROM: c@d.example', 2],
    ['Subject: x\rFrom: c@d.example\r\nFrom: a@b.example', 2],
    ['Subject: x\r\n From: c@d.example\r\nFrom: a@b.example', 1],
    ['X-From: c@d.example\r\nFrom: a@b.example', 1],
    ['From juliet Mon\r\nFrom: a@b.example', 1],
  ])('%j are %i', async (header, expected) => {
    expect(await count(header)).toBe(expected);
  });
});
