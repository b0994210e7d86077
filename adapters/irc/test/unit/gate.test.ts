import { expect, it } from 'vitest';
import { config } from '../../config.ts';
import { type Comer, Gate } from '../../gate.ts';
import type { Ending } from '../../wire/events.ts';
import { HandClock } from '../hand-clock.ts';

function gate(more: Readonly<Record<string, unknown>> = {}) {
  const clock = new HandClock();
  const told: string[] = [];
  const [server] = Object.values(
    config.parse({ servers: { test: { host: 'irc.example', ...more } } }).servers,
  );
  if (server === undefined) throw new Error('no server');
  const remarks = {
    shut: (name: string, _why: Ending, words: string, ms: number) =>
      void told.push(`${name} ${words} ${ms}`),
  };
  const tested = new Gate({ server: 'test', config: server, clock, remarks, chance: () => 0.5 });
  return { clock, told, gate: tested };
}

interface TestComer extends Comer {
  readonly cameAt: number[];
  readonly shutOutBy: string[];
}

/** Notes when it comes. @param connects what the server does then */
function comer(clock: HandClock, connects: (comer: Comer) => void = () => {}): TestComer {
  const tested: TestComer = {
    ...{ cameAt: [], shutOutBy: [] },
    connect: () => {
      tested.cameAt.push(clock.now());
      connects(tested);
    },
    shutOut: (why) => void tested.shutOutBy.push(why),
  };
  return tested;
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
  const all = Array.from({ length: 30 }, () => comer(clock, (each) => door.entered(each)));
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
  const [waiting, other] = [comer(clock), comer(clock)];
  door.ended(other, 'banned', 'K-lined');
  door.ended(other, 'banned', 'K-lined');
  expect(told).toEqual(['test K-lined 60000']);
  expect(door.shut).toEqual({ why: 'banned', forMs: 60_000 });
  door.connect(waiting, 0);
  clock.advance(59_000);
  expect(waiting.cameAt).toHaveLength(0);
  clock.advance(1_000);
  expect(waiting.cameAt).toHaveLength(1);
  expect(door.shut).toBeUndefined();
});

it('connects at most ten times an hour to a server that bans us each time, however many want to', () => {
  const { gate: door, clock, told } = gate({ connections: 100 });
  let connects = 0;
  const ban = (each: Comer): void => {
    connects += 1;
    door.ended(each, 'banned', 'K-lined');
    door.connect(each, 500);
  };
  for (let count = 0; count < 50; count++) door.connect(comer(clock, ban), 0);
  for (let second = 0; second < 3_600; second++) clock.advance(1_000);
  expect(connects).toBeGreaterThan(3);
  expect(connects).toBeLessThanOrEqual(10);
  expect(told.length).toBe(connects);
});

it('tells those who wait that it was shut', () => {
  const { gate: door, clock } = gate({ connections: 100 });
  const [first, second] = [comer(clock), comer(clock)];
  door.connect(first, 0);
  door.connect(second, 0);
  expect(second.cameAt).toEqual([]);
  door.ended(first, 'banned', 'K-lined');
  expect([first.shutOutBy, second.shutOutBy]).toEqual([[], ['banned']]);
});

it('lets the others in when one was let in, or hears nothing', () => {
  for (const isLetIn of [true, false]) {
    const { gate: door, clock } = gate({ connections: 100 });
    const [first, ...others] = Array.from({ length: 5 }, () => comer(clock));
    if (first === undefined) throw new Error('nobody');
    for (const each of [first, ...others]) door.connect(each, 0);
    clock.advance(4_000);
    expect(others.flatMap(({ cameAt }) => cameAt)).toEqual([]);
    if (isLetIn) door.entered(first);
    else clock.advance(1_000);
    expect(others.flatMap(({ cameAt }) => cameAt)).toHaveLength(4);
  }
});

it('sends one ahead after a ban, and takes nobody who came before it for a sign', () => {
  const { gate: door, clock } = gate({ connections: 100 });
  const [old, probe, other] = [comer(clock), comer(clock), comer(clock)];
  door.connect(old, 0);
  door.ended(comer(clock), 'banned', 'K-lined');
  door.entered(old);
  door.connect(probe, 0);
  door.connect(other, 0);
  clock.advance(60_000);
  door.entered(old);
  clock.advance(10_000);
  expect([probe.cameAt.length, other.cameAt.length]).toEqual([1, 0]);
  door.entered(probe);
  clock.advance(1_000);
  expect(other.cameAt).toHaveLength(1);
});

it('forgets a ban when somebody was in for long who came after it', () => {
  const { gate: door, clock, told } = gate();
  const [old, late] = [comer(clock), comer(clock)];
  door.connect(old, 0);
  door.entered(old);
  for (let time = 0; time < 3; time++) {
    door.ended(comer(clock), 'too-fast', 'throttled');
    clock.advance(10 * 60_000);
  }
  door.ended(old, 'banned', 'K-lined');
  clock.advance(20 * 60_000);
  door.connect(late, 0);
  door.entered(late);
  clock.advance(61_000);
  door.ended(comer(clock), 'banned', 'K-lined');
  expect(told.map((words) => words.split(' ').at(-1))).toEqual([
    ...['60000', '120000', '240000', '480000', '60000'],
  ]);
});
