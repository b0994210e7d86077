import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bareJid,
  escapeLocal,
  formatJid,
  JidError,
  jidLocal,
  parseBareJid,
  parseJid,
  unescapeLocal,
} from '../../../src/xmpp/jid.ts';

describe('parseJid', () => {
  test.each([
    ['example.org', { domain: 'example.org' }],
    ['juliet@example.org', { local: 'juliet', domain: 'example.org' }],
    ['Juliet@Example.ORG', { local: 'juliet', domain: 'example.org' }],
    ['juliet@example.org/Balcony', { local: 'juliet', domain: 'example.org', resource: 'Balcony' }],
    ['example.org/a/b@c', { domain: 'example.org', resource: 'a/b@c' }],
    ['juliet@example.org./x', { local: 'juliet', domain: 'example.org', resource: 'x' }],
    ['a\\40b@gw', { local: 'a\\40b', domain: 'gw' }],
    ['+12025550123@sms.gw', { local: '+12025550123', domain: 'sms.gw' }],
    ['#chan%irc.libera.chat@irc.gw', { local: '#chan%irc.libera.chat', domain: 'irc.gw' }],
    ['ＪＵＬＩＥＴ＋１５５５@gw', { local: 'juliet+1555', domain: 'gw' }],
    ['\u212bse@gw', { local: '\u00e5se', domain: 'gw' }],
    ['e\u0301@gw', { local: '\u00e9', domain: 'gw' }],
    ['משה@gw', { local: 'משה', domain: 'gw' }],
    ['a@münchen.example/e\u0301', { local: 'a', domain: 'münchen.example', resource: 'é' }],
    ['a@[::1]', { local: 'a', domain: '[::1]' }],
    ['a@my_host', { local: 'a', domain: 'my_host' }],
    ['a@gw/x\u00a0y', { local: 'a', domain: 'gw', resource: 'x y' }],
    ['a@gw/🙂', { local: 'a', domain: 'gw', resource: '🙂' }],
  ])('%s', (text, expected) => {
    expect(parseJid(text)).toEqual(expected);
  });

  test.each([
    [''],
    ['@example.org'],
    ['juliet@'],
    ['juliet@example.org/'],
    ['a@b@c'],
    ['bob@ex.com@gw'],
    ['a b@gw'],
    ['"a"@gw'],
    ["o'hara@gw"],
    ['a:b@gw'],
    ['a<b@gw'],
    ['a\u00a0b@gw'],
    ['a\u0000b@gw'],
    ['a\u0002b@gw'],
    ['a\u200db@gw'],
    ['\u0378@gw'],
    ['😀@gw'],
    ['ſ@gw'],
    ['ﬀ@gw'],
    ['Ⅳ@gw'],
    ['\ud800@gw'],
    ['אa@gw'],
    ['1א@gw'],
    [`${'a'.repeat(1024)}@gw`],
    [`${'é'.repeat(512)}@gw`],
    [`a@${'b.'.repeat(511)}bc`],
    ['a@b..c'],
    ['a@b c'],
    ['a@gw/x\u202ey'],
    ['a@gw/x\ud83dy'],
    ['a@gw/\ufffe'],
    ['a@gw/\u0007'],
    [`a@gw/${'r'.repeat(1024)}`],
  ])('refuses %j', (text) => {
    expect(() => parseJid(text)).toThrow(JidError);
  });

  test('takes parts up to their length', () => {
    const full = `${'a'.repeat(1023)}@${'b'.repeat(1023)}/${'c'.repeat(1023)}`;
    expect(formatJid(parseJid(full))).toBe(full);
  });

  test('throws nothing but JidError, and what it accepts it accepts again unchanged', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc
        .tuple(fc.string({ unit: 'grapheme' }), fc.domain(), fc.string({ unit: 'binary' }))
        .map(([local, domain, resource]) => `${local}@${domain}/${resource}`),
    );
    fc.assert(
      fc.property(text, (input) => {
        try {
          const once = formatJid(parseJid(input));
          expect(formatJid(parseJid(once))).toBe(once);
        } catch (error) {
          expect(error).toBeInstanceOf(JidError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test('a bare JID has no resource', () => {
  expect(parseBareJid('Juliet@example.org')).toBe('juliet@example.org');
  expect(() => parseBareJid('juliet@example.org/x')).toThrow(JidError);
  expect(bareJid(parseJid('juliet@example.org/x'))).toBe('juliet@example.org');
  expect(bareJid(parseJid('example.org/x'))).toBe('example.org');
});

describe('escaping (XEP-0106)', () => {
  // §4.2 and the examples of §5.
  test.each([
    ['space cadet', 'space\\20cadet'],
    ['call me "ishmael"', 'call\\20me\\20\\22ishmael\\22'],
    ['at&t guy', 'at\\26t\\20guy'],
    ["d'artagnan", 'd\\27artagnan'],
    ['/.fanboy', '\\2f.fanboy'],
    ['::foo::', '\\3a\\3afoo\\3a\\3a'],
    ['<foo>', '\\3cfoo\\3e'],
    ['user@host', 'user\\40host'],
    ['c:\\net', 'c\\3a\\net'],
    ['c:\\\\net', 'c\\3a\\\\net'],
    ['c:\\cool stuff', 'c\\3a\\cool\\20stuff'],
    ['c:\\5commas', 'c\\3a\\5c5commas'],
    ['a\\40b', 'a\\5c40b'],
    ['a\\5Cb', 'a\\5c5Cb'],
    ['a\\', 'a\\'],
  ])('%s', (text, escaped) => {
    expect(escapeLocal(text)).toBe(escaped);
    expect(unescapeLocal(escaped)).toBe(text);
  });

  test('unescapes once', () => {
    expect(unescapeLocal('a\\5c40b')).toBe('a\\40b');
    expect(unescapeLocal('a\\40b')).toBe('a@b');
    expect(unescapeLocal('a\\7eb')).toBe('a\\7eb');
  });

  test.each(['\\20a', 'a\\20'])('refuses %s', (local) => {
    expect(() => unescapeLocal(local)).toThrow(JidError);
  });

  test.each([' a', 'a '])('refuses %j', (text) => {
    expect(() => escapeLocal(text)).toThrow(JidError);
  });

  test('is undone by unescaping, whatever the text', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('\\', '\\20', '\\5c', '\\5C', '@', '/', ' ', '5c', '40'),
      ),
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join('');
        fc.pre(!/^ | $/.test(text));
        expect(unescapeLocal(escapeLocal(text))).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('jidLocal', () => {
  test('gives what is sent as it is, and comes back as it was', () => {
    expect(jidLocal('bob@example.com')).toBe('bob\\40example.com');
    expect(jidLocal('a/b')).toBe('a\\2fb');
    expect(jidLocal('+12025550123')).toBe('+12025550123');
    expect(jidLocal('Å')).toBe('å');
  });

  test.each(['', 'straße', 'λόγος', 'a\u0002', 'x'.repeat(1024), '@'.repeat(342), ' x', '😀'])(
    'refuses %j',
    (text) => {
      expect(() => jidLocal(text)).toThrow(JidError);
    },
  );

  test('is always a valid local part', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        let local: string;
        try {
          local = jidLocal(text);
        } catch (error) {
          expect(error).toBeInstanceOf(JidError);
          return;
        }
        expect(parseJid(`${local}@gw`)).toEqual({ local, domain: 'gw' });
      }),
      { numRuns: 2000 },
    );
  });
});
