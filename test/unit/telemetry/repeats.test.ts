import { expect, test } from 'vitest';
import { errorLog, RepeatLimit } from '../../../src/telemetry/repeats.ts';

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

test('an error that repeats itself is one line a period, whatever ids are in it', () => {
  const { limit, pass } = limited(1000);
  const lines: unknown[] = [];
  const note = (fields: object, words: string) => void lines.push({ ...fields, words });
  const report = errorLog({ error: note, warn: note }, 'store', 'error', limit);
  const lost = Array.from({ length: 5 }, (_, n) => new Error(`lost ${n}`));
  for (const error of lost) report(error);
  report(new TypeError('lost 1'));
  pass(1000);
  report(lost[0]);
  expect(lines).toEqual([
    { error: lost[0], words: 'store' },
    { error: new TypeError('lost 1'), words: 'store' },
    { error: lost[0], repeated: 4, words: 'store' },
  ]);
});
