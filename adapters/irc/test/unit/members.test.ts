import { describe, expect, it } from 'vitest';
import { isMeant } from '../../bans.ts';
import { Members, type Person, personId, standingOf } from '../../members.ts';
import { FIRST_FEATURES, withFeatures } from '../../wire/features.ts';

const ALL_RANKS = withFeatures(FIRST_FEATURES, ['me', 'PREFIX=(Yqaohv)!~&@%+', 'are supported']);

describe('what somebody may do', () => {
  it.each([
    ['', 'participant', 'none'],
    ['v', 'participant', 'member'],
    ['h', 'moderator', 'member'],
    ['o', 'moderator', 'admin'],
    ['vo', 'moderator', 'admin'],
    ['a', 'moderator', 'admin'],
    ['oq', 'moderator', 'owner'],
    ['Y', 'moderator', 'owner'],
  ])('with %j: %s, %s', (modes, role, affiliation) => {
    expect(standingOf(modes, ALL_RANKS, false)).toEqual({ role, affiliation });
  });

  it('is to listen where the channel is moderated', () => {
    expect(standingOf('', ALL_RANKS, true).role).toBe('visitor');
    expect(standingOf('v', ALL_RANKS, true).role).toBe('participant');
  });
});

it('knows a person by his account, then by his address, and never takes one for the other', () => {
  const somebody = { nick: 'n', user: 'u', host: 'h' };
  expect(personId(somebody)).toBe('address u@h');
  expect(personId({ ...somebody, account: 'u@h' })).toBe('account u@h');
  expect(personId({ nick: 'n' })).toBe('nick n');
});

it('finds people as the server compares nicks', () => {
  const members = new Members((nick) => nick.toLowerCase());
  members.put({ nick: 'Bob', modes: 'o' });
  members.name({ nick: 'bob', modes: 'v', user: 'u', host: 'h' });
  expect([...members]).toEqual([{ nick: 'bob', modes: 'v', user: 'u', host: 'h' }]);
  expect(members.learn('BOB', { user: 'u', host: 'h' })).toBeUndefined();
  expect(members.learn('BOB', { away: 'lunch' })).toMatchObject({ away: 'lunch' });
  expect(members.learn('nobody', { away: 'lunch' })).toBeUndefined();
});

it('keeps no more people than a channel can have, whatever a server says', () => {
  const members = new Members((nick) => nick);
  const put = (nick: string) => members.put({ nick, modes: '' });
  for (let count = 0; count < 20_000; count++) put(`n${count}`);
  expect([put('one-more'), put('n7'), members.size]).toEqual([false, true, 20_000]);
  members.delete('n7');
  expect(put('one-more')).toBe(true);
});

describe('a mask', () => {
  const bob: Person = { nick: 'Bob', modes: '', user: 'user', host: 'host.example' };
  it.each([
    ['*!*@*', true],
    ['bob!*@*', true],
    ['b?b!user@host.example', true],
    ['*!*@*.EXAMPLE', true],
    ['*', true],
    ['*!*@other.example', false],
    ['bob', false],
    ['', false],
    ['?!*@*', false],
  ])('%j is meant for him: %s', (mask, meant) => {
    expect(isMeant(mask, bob)).toBe(meant);
  });
});
