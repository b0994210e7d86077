import { expect, test } from 'vitest';
import { Burst } from '../../../src/policy/burst.ts';
import { parseBareJid } from '../../../src/xmpp/jid.ts';

const juliet = parseBareJid('juliet@example.org');
const romeo = parseBareJid('romeo@example.org');
const T = Date.UTC(2026, 0, 1);

const takeAll = (burst: Burst, count: number, now: number) =>
  Array.from({ length: count }, () => burst.take(juliet, now));

test('a user may send so many at once, then one by one', () => {
  const burst = new Burst(30);
  expect(takeAll(burst, 31, T)).toEqual([...Array(30).fill(0), 2_000]);
  expect(burst.take(romeo, T)).toBe(0);
  expect(burst.take(juliet, T + 500)).toBe(1_500);
  expect(burst.take(juliet, T + 2_000)).toBe(0);
  expect(burst.take(juliet, T + 2_000)).toBe(2_000);
});

test('never more than so many a minute, however they are spread', () => {
  const burst = new Burst(30);
  let sent = 0;
  for (let ms = 0; ms < 10 * 60_000; ms += 100) if (burst.take(juliet, T + ms) === 0) sent++;
  expect(sent).toBeGreaterThanOrEqual(30 * 10);
  expect(sent).toBeLessThanOrEqual(30 * 11);
});

test('a clock that is set back holds nobody', () => {
  const burst = new Burst(30);
  takeAll(burst, 30, T);
  expect(burst.take(juliet, T)).toBe(2_000);
  expect(takeAll(burst, 31, T - 3_600_000)).toEqual([...Array(30).fill(0), 2_000]);
});

test('remembers those alone who wrote within the last minute', () => {
  const burst = new Burst(30);
  for (let n = 0; n < 10_000; n++) {
    burst.take(parseBareJid(`user${n}@example.org`), T + n * 100);
    // One who never stops is in nobody's way.
    burst.take(juliet, T + n * 100);
  }
  expect(burst.size).toBeLessThanOrEqual(602);
});
