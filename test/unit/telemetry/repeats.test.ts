import { expect, test } from 'vitest';
import { RepeatLimit } from '../../../src/telemetry/repeats.ts';

function limited(periodMs: number) {
  let now = 0;
  const limit = new RepeatLimit(periodMs, () => now);
  return {
    limit,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test('the first passes, then one a period with the number of those held back', () => {
  const { limit, pass } = limited(1000);
  expect(limit.pass('down')).toBe(0);
  expect(limit.pass('down')).toBeUndefined();
  pass(999);
  expect(limit.pass('down')).toBeUndefined();
  pass(1);
  expect(limit.pass('down')).toBe(2);
  expect(limit.pass('down')).toBeUndefined();
});

test('kinds do not hold each other back', () => {
  const { limit } = limited(1000);
  expect([limit.pass('a'), limit.pass('b')]).toEqual([0, 0]);
});

test('of very many kinds the oldest is forgotten', () => {
  const { limit } = limited(1000);
  for (let kind = 0; kind <= 1000; kind++) limit.pass(String(kind));
  expect(limit.pass('1000')).toBeUndefined();
  expect(limit.pass('0')).toBe(0);
});
