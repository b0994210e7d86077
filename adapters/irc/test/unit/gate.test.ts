import { expect, it } from 'vitest';
import { config } from '../../config.ts';
import { type Comer, Gate } from '../../gate.ts';
import { HandClock } from '../hand-clock.ts';

function gate(more: Readonly<Record<string, unknown>> = {}) {
  const clock = new HandClock();
  const told: string[] = [];
  const [server] = Object.values(
    config.parse({ servers: { test: { host: 'irc.example', ...more } } }).servers,
  );
  if (server === undefined) throw new Error('no server');
  const remarks = {
    shut: (name: string, words: string, ms: number) => void told.push(`${name} ${words} ${ms}`),
  };
  const tested = new Gate({ server: 'test', config: server, clock, remarks, chance: () => 0.5 });
  return { clock, told, gate: tested };
}

/** Notes when it comes. */
function comer(clock: HandClock): Comer & { readonly cameAt: number[] } {
  const cameAt: number[] = [];
  return { cameAt, connect: () => void cameAt.push(clock.now()) };
}

it('gives as many places as the operator allows', () => {
  const { gate: door, clock } = gate({ connections: 2 });
  const [first, second, third] = [comer(clock), comer(clock), comer(clock)];
  expect([first, second, third, first].map((each) => door.claim(each))).toEqual([
    ...[true, true, false, true],
  ]);
  door.release(second);
  expect(door.claim(third)).toBe(true);
});

it('lets not all come at once, and has no timer when nobody waits', () => {
  const { gate: door, clock } = gate({ connections: 100 });
  const start = clock.now();
  const all = Array.from({ length: 30 }, () => comer(clock));
  for (const each of all) door.connect(each, 0);
  const arrived = () => all.filter(({ cameAt }) => cameAt.length > 0).length;
  expect(arrived()).toBe(10);
  clock.advance(1_000);
  expect(arrived()).toBe(12);
  for (let second = 0; second < 9; second++) clock.advance(1_000);
  expect(arrived()).toBe(30);
  expect(all.at(-1)?.cameAt).toEqual([start + 10_000]);
  expect(clock.members.size).toBe(0);
});

it('lets nobody come for a while when the server wants none of us, and tells it once', () => {
  const { gate: door, clock, told } = gate();
  const waiting = comer(clock);
  door.ended('banned', 'K-lined', 0);
  door.ended('banned', 'K-lined', 0);
  expect(told).toEqual(['test K-lined 60000']);
  expect(door.shut).toEqual({ why: 'banned', forMs: 60_000 });
  door.connect(waiting, 0);
  clock.advance(59_000);
  expect(waiting.cameAt).toHaveLength(0);
  clock.advance(1_000);
  expect(waiting.cameAt).toHaveLength(1);
  expect(door.shut).toBeUndefined();
});

it('connects at most ten times an hour to a server that bans us each time', () => {
  const { gate: door, clock } = gate();
  let connects = 0;
  const stubborn: Comer = {
    connect() {
      connects += 1;
      door.ended('banned', 'K-lined', 0);
      door.connect(stubborn, 500);
    },
  };
  door.connect(stubborn, 0);
  for (let second = 0; second < 3_600; second++) clock.advance(1_000);
  expect(connects).toBeGreaterThan(3);
  expect(connects).toBeLessThanOrEqual(10);
});

it('forgets a ban when somebody was in for long', () => {
  const { gate: door, clock, told } = gate();
  for (let time = 0; time < 3; time++) {
    door.ended('too-fast', 'throttled', 0);
    clock.advance(10 * 60_000);
  }
  door.ended('banned', 'K-lined', 3_600_000);
  expect(told.map((words) => words.split(' ').at(-1))).toEqual([
    ...['60000', '120000', '240000', '60000'],
  ]);
});
