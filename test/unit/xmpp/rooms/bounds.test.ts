import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Occupant } from '../../../../src/contract/index.ts';
import { Budget } from '../../../../src/xmpp/rooms/budget.ts';
import { occupant } from '../../../support/played-rooms.ts';
import { house, JOIN_ONLY, ROOM } from './house.ts';

const joined = { is: 'joined', nick: 'juliet', occupants: [] } as const;

const CUT = 'So many people are here that not all of them are shown.';

describe('a client joins in vain', () => {
  test('when it does so ten times a minute: it is told once a time, and the network is spared', () => {
    const { host, presence } = house();
    const text = 'This nick is somebody else’s.';
    host.joining = (view) =>
      view.tell({ is: 'refused', refusal: { condition: 'conflict', type: 'cancel', text } });
    const seen = Array.from({ length: 12 }, (_, n) =>
      presence(`r${n}`, `${ROOM}/juliet`, JOIN_ONLY),
    );
    expect(seen.flat()).toEqual([
      ...Array(10).fill('!conflict presence juliet'),
      ...Array(2).fill('!policy-violation presence juliet'),
    ]);
    expect(host.told).toHaveLength(10);
    expect(presence('balcony', '#other@gw.example/juliet', JOIN_ONLY)).toEqual([
      '!conflict presence juliet',
    ]);
  });

  test('when its user has 200 rooms open', () => {
    const { host, receive, port } = house();
    host.joining = (view) => view.tell(joined);
    const join = (n: number) =>
      receive(
        `<presence from='juliet@example.org/a' to='#r${n}@gw.example/juliet'>${JOIN_ONLY}</presence>`,
      );
    for (let n = 0; n < 200; n++) expect(join(n)[0]?.attrs.type).toBeUndefined();
    expect(join(200)[0]?.attrs.type).toBe('error');
    const { user } = host.view('#r0');
    expect(port.rooms?.open(user, '#r200')).toBeUndefined();
    host.view('#r0').close();
    expect(port.rooms?.open(user, '#r200')).toBeDefined();
  });

  test('when twenty of its user are in already', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { open, presence } = house();
    open('r0');
    const join = (n: number) => {
      vi.advanceTimersByTime(6_000);
      return presence(`r${n}`, `${ROOM}/juliet`, JOIN_ONLY)[0];
    };
    const seen = Array.from({ length: 20 }, (_, n) => join(n + 1));
    expect(seen).toEqual([...Array(19).fill('+alice'), '!resource-constraint presence juliet']);
  });
});

test('so many occupants are shown, and the user himself always', () => {
  const { host, presence, tell } = house();
  presence('balcony', `${ROOM}/juliet`, JOIN_ONLY);
  const occupants = Array.from({ length: 10_100 }, (_, n) => occupant(`n${n}`));
  const seen = tell({
    is: 'joined',
    nick: 'juliet',
    occupants: [...occupants, occupant('juliet')],
  });
  expect(seen).toHaveLength(10_001);
  expect(seen.at(-2)).toBe(`+juliet 110 (${CUT})`);
  expect(tell({ is: 'entered', occupant: occupant('late') })).toEqual([]);
  const { person } = occupant('late');
  expect(tell({ is: 'said', nick: 'late', person, text: 'Hi' })).toEqual(['late: Hi']);
  expect(tell({ is: 'departed', nick: 'late', how: { is: 'left' } })).toEqual([]);
  tell({ is: 'departed', nick: 'n5', how: { is: 'left' } });
  expect(tell({ is: 'entered', occupant: occupant('late') })).toEqual(['+late']);
  expect(host.view().clients).toBe(1);
});

test('one user does not take the space of all others', () => {
  const { host, receive, written } = house();
  const crowd = Array.from({ length: 9_999 }, (_, n) => occupant(`n${n}`));
  const shown = (user: string, room: string, others: readonly Occupant[]) => {
    host.joining = (view, { nick }) =>
      view.tell({ is: 'joined', nick, occupants: [occupant(nick), ...others] });
    // Less the subject.
    return (
      receive(
        `<presence from='${user}@example.org/a' to='${room}@gw.example/${user}'>${JOIN_ONLY}</presence>`,
      ).length - 1
    );
  };
  const takesAll = () =>
    Array.from({ length: 12 }, (_, n) => shown('mallory', `#r${n}`, crowd)).reduce(
      (total, count) => total + count,
    );
  const sum = takesAll();
  expect(sum).toBeGreaterThan(40_000);
  expect(sum).toBeLessThan(50_000);
  expect(shown('juliet', '#r', [occupant('a'), occupant('b'), occupant('c')])).toBe(4);
  // What he gives back is there for all.
  for (let n = 0; n < 12; n++) host.view(`#r${n}`, 'mallory@example.org').close();
  host.view('#r').close();
  written();
  expect(takesAll()).toBe(sum);
});

describe('after a restart', () => {
  test('some clients with many rooms are all let in, and no flood of them', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { host, receive } = house();
    host.joining = (view) => view.tell(joined);
    const joins = (client: string, rooms: number, first = 0) => {
      const before = host.told.length;
      for (let n = first; n < first + rooms; n++) {
        receive(
          `<presence from='juliet@example.org/${client}' to='#r${n}@gw.example/juliet'>${JOIN_ONLY}</presence>`,
        );
      }
      return host.told.slice(before).filter((each) => each.startsWith('came')).length;
    };
    expect(['a', 'b', 'c'].map((client) => joins(client, 200))).toEqual([200, 200, 200]);
    // Nobody as often as he likes, under whatever names.
    expect(joins('a', 200)).toBe(50);
    const others = Array.from({ length: 100 }, (_, n) => joins(`d${n}`, 10, (10 * n) % 200));
    expect(others.reduce((total, count) => total + count)).toBe(350);
  });
});

test('who lost access does not come in again, though he has been there', () => {
  const { host, open, presence, stream, seen } = house();
  open();
  host.access = { condition: 'forbidden', type: 'cancel', text: 'You may not.' };
  stream.offline('gone', 0);
  stream.online();
  seen();
  expect(presence('balcony', `${ROOM}/juliet`, JOIN_ONLY)).toEqual(['!forbidden presence juliet']);
  expect(presence('balcony', '#other@gw.example/juliet', JOIN_ONLY)).toEqual([
    '!forbidden presence juliet',
  ]);
  expect(host.told.filter((each) => each.startsWith('join'))).toEqual(['join #room as juliet']);
});

describe('a budget', () => {
  test('is had at once, and comes back with time', () => {
    const budget = new Budget(10);
    const take = (now: number) => budget.take('a', now);
    expect(Array.from({ length: 11 }, () => take(0))).toEqual([...Array(10).fill(true), false]);
    expect(take(5_999)).toBe(false);
    expect(take(6_000)).toBe(true);
    expect(take(6_001)).toBe(false);
    expect(budget.take('b', 6_001)).toBe(true);
  });

  test('forgets who did not ask for a minute, and the eldest of too many', () => {
    const budget = new Budget(10);
    budget.take('a', 0);
    budget.take('b', 60_000);
    expect(budget.size).toBe(1);
    for (let n = 0; n < 30_000; n++) budget.take(`${n}`, 60_000);
    expect(budget.size).toBeLessThanOrEqual(20_000);
  });
});
