import type { MessageId } from 'postern/adapter';
import { expect, test } from 'vitest';
import { isReserved } from '../../account-name.ts';
import { verp } from '../../verp.ts';

const KEY = Buffer.alloc(32, 7);
const MESSAGE = '01JDFN2Y7E8T9W0QX3Z5V6B4KC' as MessageId;
const ours = verp(KEY, 'mail.example.org');

const localOf = (address: string): string => address.slice(0, address.indexOf('@'));

test('an envelope sender names its message, in any case', () => {
  const address = ours.address(MESSAGE);
  expect(address).toMatch(/^b=01jdfn2y7e8t9w0qx3z5v6b4kc\.[a-z2-7]{12}@mail\.example\.org$/);
  expect(localOf(address).length).toBeLessThanOrEqual(64);
  expect(ours.read(localOf(address))).toBe(MESSAGE);
  expect(ours.read(localOf(address).toUpperCase())).toBe(MESSAGE);
});

test('it is the same for each attempt, and no user can have it as a name', () => {
  expect(ours.address(MESSAGE)).toBe(ours.address(MESSAGE));
  expect(isReserved(localOf(ours.address(MESSAGE)))).toBe(true);
});

test('one that we did not write names nothing', () => {
  const local = localOf(ours.address(MESSAGE));
  const other = localOf(ours.address('01JDFN2Y7E8T9W0QX3Z5V6B4KD' as MessageId));
  const tag = local.slice(-12);
  const forged = [
    '',
    'juliet',
    local.slice(0, -1),
    `${local}a`,
    `x${local}`,
    `${local}\n`,
    `${other.slice(0, -12)}${tag}`,
    `${local.slice(0, -1)}${local.endsWith('a') ? 'b' : 'a'}`,
    localOf(verp(Buffer.alloc(32, 8), 'mail.example.org').address(MESSAGE)),
  ];
  for (const text of forged) expect(ours.read(text), text).toBeUndefined();
});
