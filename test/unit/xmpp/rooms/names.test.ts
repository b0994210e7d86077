import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJid } from '../../../../src/xmpp/jid.ts';
import { Names } from '../../../../src/xmpp/rooms/names.ts';

const shown = (nick: string) => new Names().add(nick);

describe('a nick is shown as', () => {
  test.each([
    'alice',
    'Alice',
    '[a]{b}|c\\d^_`',
    'a b',
    'a/b@c',
    '~',
    'José',
    '李雷',
    'Вася',
    'кот',
    '☺',
    'אביב',
  ])('itself: %j', (nick) => {
    expect(shown(nick)).toBe(nick);
  });

  test.each([
    ['a Cyrillic letter in a Latin word', '\u0430lice', /^\u0430lice \([0-9a-f]{4}\)$/],
    [
      'a word of Cyrillic letters that looks Latin',
      '\u0441\u043e\u0441\u043e',
      / \([0-9a-f]{4}\)$/,
    ],
    ['a zero-width space', 'alice\u200b', /^alice \([0-9a-f]{4}\)$/],
    ['a blank at the end', 'alice ', /^alice \([0-9a-f]{4}\)$/],
    ['a change of direction', 'abc\u202egpj', /^abcgpj \([0-9a-f]{4}\)$/],
    ['isolates', '\u2066abc\u2069', /^abc \([0-9a-f]{4}\)$/],
    ['tags', 'abc\u{e0061}\u{e0062}', /^abc \([0-9a-f]{4}\)$/],
    ['a soft hyphen', 'a\u00adb', /^ab \([0-9a-f]{4}\)$/],
    ['wide letters', '\uff41\uff4c', /^al \([0-9a-f]{4}\)$/],
    ['what XML forbids', 'a\u0000b\ud800', /^ab \([0-9a-f]{4}\)$/],
    ['what came after stringprep', 'ẞ\u{1f642}x', /^x \([0-9a-f]{4}\)$/],
    ['two directions', 'bob\u05d0', /^bob \([0-9a-f]{4}\)$/],
    ['nothing that can be seen', '\u200b\u2060', /^\? \([0-9a-f]{4}\)$/],
    ['nothing', '', /^\? \([0-9a-f]{4}\)$/],
    [
      'only what is written from the right, and something removed',
      '\u05d0\u200b',
      /^\? \([0-9a-f]{4}\)$/,
    ],
  ])('something with a mark, for %s', (_what, nick, name) => {
    expect(shown(nick)).toMatch(name);
  });

  test('something shorter, where it is too long or has too many marks', () => {
    expect(Buffer.byteLength(shown('\u{1f642}'.repeat(2_000)))).toBeLessThan(1_023);
    expect(Buffer.byteLength(shown('a'.repeat(5_000)))).toBeLessThan(1_023);
    expect([...shown(`e${'\u0301'.repeat(200)}`)].length).toBeLessThan(50);
  });
});

test('who looks like another one gets a mark, whoever came first', () => {
  const impostor = new Names();
  expect(impostor.add('\u0430lice')).toMatch(/\(/);
  expect(impostor.add('alice')).toBe('alice');
  const scripts = new Names();
  expect(scripts.add('\u0430ш')).toBe('\u0430ш');
  expect(scripts.add('aш')).toMatch(/^aш \(/);
});

test('nobody can take the name of another one by writing its mark', () => {
  const names = new Names();
  const first = names.add('alice\u200b');
  const second = names.add(first);
  expect(second).not.toBe(first);
  expect(names.nickOf(second)).toBe(first);
});

test('whatever the nicks are: each has a resource of its own, that is one, and leads back', () => {
  const part = fc.constantFrom(
    'a',
    'l',
    '\u0430',
    '\u200b',
    '\u0301',
    ' ',
    '\u05d0',
    '1',
    '\ud800',
    'é',
    'ﬁ',
    '(',
    '\u1806',
    '\u2ff0',
  );
  const nick = fc.oneof(
    fc.array(part, { maxLength: 6 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(nick, { maxLength: 20 }), fc.array(fc.nat(19)), (nicks, gone) => {
      const names = new Names();
      const here = new Set<string>();
      const enter = (each: string) => {
        expect(names.of(each)).toBe(names.add(each));
        here.add(each);
      };
      for (const each of nicks) enter(each);
      for (const index of gone) {
        const each = nicks[index];
        if (each === undefined) continue;
        names.delete(each);
        here.delete(each);
      }
      for (const each of nicks.slice(0, 3)) enter(each);
      const all = [...here].map((each) => names.of(each));
      expect(new Set(all).size).toBe(here.size);
      for (const each of here) {
        const name = names.of(each);
        expect(names.nickOf(name)).toBe(each);
        expect(parseJid(`room@gw.example/${name}`).resource).toBe(name);
        expect(name.normalize('NFKC')).toBe(name);
      }
    }),
    { numRuns: 2_000, seed: 20261124 },
  );
});
