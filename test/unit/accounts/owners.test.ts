import { expect, test } from 'vitest';
import { Owners } from '../../../src/accounts/owners.ts';
import type { OwnAddress } from '../../../src/contract/index.ts';
import { parseBareJid } from '../../../src/xmpp/jid.ts';

const juliet = parseBareJid('juliet@example.org');
const romeo = parseBareJid('romeo@example.org');
const [held, resting, free] = ['held', 'resting', 'free'] as OwnAddress[] as [
  OwnAddress,
  OwnAddress,
  OwnAddress,
];
const stored = new Map<string, string>([
  [held, juliet],
  [resting, `${juliet} 1000`],
]);

test('an address is one user’s until he releases it', () => {
  const owners = new Owners(stored);
  expect([held, resting, free].map((address) => owners.ownerOf(address))).toEqual([
    juliet,
    undefined,
    undefined,
  ]);
  expect(owners.of(juliet)).toEqual([held]);
  owners.give(free, romeo);
  expect(owners.ownerOf(free)).toBe(romeo);
  expect(owners.addresses()).toEqual([held, free]);
  owners.release(held, 5_000);
  expect(owners.addresses()).toEqual([free]);
  expect(owners.of(juliet)).toEqual([]);
});

test.each([
  [held, romeo, 2_000, true],
  [held, juliet, 2_000, false],
  [resting, romeo, 1_000, true],
  [resting, romeo, 1_001, false],
  [resting, juliet, 0, false],
  [free, romeo, 0, false],
])(
  'whether %s is taken for %s, where all released before %i is free: %s',
  (address, jid, before, taken) => {
    expect(new Owners(stored).isTaken(address, jid, before)).toBe(taken);
  },
);
