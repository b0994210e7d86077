import { createHash } from 'node:crypto';
import { RefusedError } from 'postern/adapter';
import { describe, expect, test } from 'vitest';
import { isForAdministrators, isReserved, ownLocalPart } from '../../account-name.ts';
import { isLocalPart } from '../../mail-address.ts';

const HOME = 'example.org';

describe('the address that a user gets', () => {
  test.each([
    ['juliet@example.org', 'juliet'],
    ['juliet.c_1@example.org', 'juliet.c_1'],
    ['juliet@friend.net', 'juliet=friend.net'],
  ])('%s', (user, local) => expect(ownLocalPart(user, HOME)).toBe(local));

  test.each([
    ['no letters of ASCII', 'жулиет@example.org'],
    ['an escaped character', 'jul\\20iet@example.org'],
    ['two dots', 'jul..iet@example.org'],
    ['the mark of a bounce', 'b@friend.net'],
    ['64 octets and more', `${'j'.repeat(60)}@friend.net`],
  ])('%s: is made of it, always the same', (_, user) => {
    const digest = createHash('sha256').update(user).digest('hex').slice(0, 20);
    expect(ownLocalPart(user, HOME)).toBe(`u-${digest}`);
    expect(isLocalPart(ownLocalPart(user, HOME))).toBe(true);
  });
});

describe('names that nobody gets', () => {
  test.each(['postmaster', 'abuse', 'root', 'mailer-daemon', 'noreply', 'help', 'unverified'])(
    '%s',
    (name) => {
      expect(() => ownLocalPart(`${name}@${HOME}`, HOME)).toThrow(RefusedError);
      // Elsewhere it is a user like any other.
      expect(ownLocalPart(`${name}@friend.net`, HOME)).toBe(`${name}=friend.net`);
    },
  );

  test('those of bounces', () => {
    expect(isReserved('b=01')).toBe(true);
    expect(isReserved('bob')).toBe(false);
  });

  test('mail for some of them is for the administrators', () => {
    expect(['postmaster', 'abuse', 'noreply', 'juliet'].map(isForAdministrators)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
