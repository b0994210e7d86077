import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeLine, FIRST_LIMITS, type WireLine } from '../../../wire/line.ts';
import { PACES, type Pace, Throttle } from '../../../wire/throttle.ts';
import { HandClock } from '../../hand-clock.ts';

function throttled(pace: Pace) {
  const clock = new HandClock();
  const sent: string[] = [];
  const state = { canWrite: true, mayText: true };
  const throttle = new Throttle({
    pace,
    clock,
    write: (line) => void sent.push(line),
    canWrite: () => state.canWrite,
    mayText: () => state.mayText,
  });
  return { clock, sent, state, throttle };
}

function line(word: string): () => WireLine {
  return () => encodeLine(FIRST_LIMITS, 'PING', word);
}

it('lets a burst go at once, and then one a second', () => {
  const { clock, sent, throttle } = throttled(PACES.usual);
  for (let at = 0; at < 10; at++) throttle.push('text', line(`t${at}`));
  expect(sent).toHaveLength(4);
  clock.advance(500);
  expect(sent).toHaveLength(4);
  clock.advance(500);
  expect(sent).toHaveLength(5);
  for (let second = 0; second < 20; second++) clock.advance(1_000);
  expect(sent).toEqual(Array.from({ length: 10 }, (_, at) => `PING t${at}`));
});

it('lets what nobody waits for go behind all texts', () => {
  const { clock, sent, throttle } = throttled({ burst: 1, perSecond: 1 });
  const urgencies = ['soon', 'later', 'text'] as const;
  for (const time of [1, 2]) {
    for (const urgency of urgencies) throttle.push(urgency, line(`${urgency}${time}`));
  }
  for (let second = 0; second < 6; second++) clock.advance(1_000);
  expect(sent.map((each) => each.slice(5))).toEqual([
    ...['soon1', 'soon2', 'text1', 'text2', 'later1', 'later2'],
  ]);
  expect(clock.members.size).toBe(0);
});

it('leaves something for a text where what nobody waits for is much', () => {
  const { clock, sent, throttle } = throttled(PACES.usual);
  for (let at = 0; at < 10; at++) throttle.push('later', line(`later${at}`));
  expect(sent).toHaveLength(3);
  throttle.push('text', line('text'));
  expect(sent.at(-1)).toBe('PING text');
  for (let second = 0; second < 9; second++) clock.advance(1_000);
  expect(sent).toHaveLength(11);
});

it('never lets more go than the pace, in any span of time', () => {
  const step = fc.record({ ms: fc.nat(3_000), lines: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { clock, sent, throttle } = throttled(PACES.usual);
      const left: { readonly at: number; readonly count: number }[] = [
        { at: clock.now(), count: 0 },
      ];
      for (const { ms, lines } of steps) {
        clock.advance(ms);
        for (let at = 0; at < lines; at++) throttle.push('text', line('t'));
        left.push({ at: clock.now(), count: sent.length });
      }
      for (const [index, from] of left.entries()) {
        for (const to of left.slice(index + 1)) {
          const most = PACES.usual.burst + (to.at - from.at) / 1_000;
          expect(to.count - from.count).toBeLessThanOrEqual(most + 1e-6);
        }
      }
    }),
    { seed: 21, numRuns: 200 },
  );
});

it('sends what keeps the connection alive at once, and commands before texts', () => {
  const { clock, sent, throttle } = throttled({ burst: 1, perSecond: 1 });
  throttle.push('text', line('text1'));
  throttle.push('text', line('text2'));
  throttle.push('soon', line('join'));
  throttle.push('now', line('pong'));
  expect(sent).toEqual(['PING text1', 'PING pong']);
  for (let second = 0; second < 4; second++) clock.advance(1_000);
  expect(sent).toEqual(['PING text1', 'PING pong', 'PING join', 'PING text2']);
});

it('waits while the server does not read, or too many texts are under way', () => {
  const { clock, sent, state, throttle } = throttled(PACES.none);
  state.canWrite = false;
  throttle.push('text', line('text'));
  throttle.push('soon', line('join'));
  state.canWrite = true;
  state.mayText = false;
  clock.advance(100);
  expect(sent).toEqual(['PING join']);
  state.mayText = true;
  clock.advance(100);
  expect(sent).toEqual(['PING join', 'PING text']);
});

it('pays nothing for what is not wanted any more', () => {
  const { sent, throttle } = throttled({ burst: 1, perSecond: 0.001 });
  throttle.push('text', () => undefined);
  throttle.push('text', line('text'));
  expect(sent).toEqual(['PING text']);
});

it('keeps no more than it can, and needs the clock only while something waits', () => {
  const { clock, throttle } = throttled(PACES.usual);
  expect(clock.members.size).toBe(0);
  const taken = Array.from({ length: 600 }, () => throttle.push('text', line('t')));
  expect(taken.filter((is) => is)).toHaveLength(504);
  expect(clock.members.size).toBe(1);
  for (let second = 0; second < 501; second++) clock.advance(1_000);
  expect(clock.members.size).toBe(0);
  throttle.push('soon', line('x'));
  throttle.close();
  expect(clock.members.size).toBe(0);
});
