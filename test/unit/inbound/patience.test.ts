import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Patience } from '../../../src/inbound/patience.ts';

let patience: Patience;

beforeEach(() => {
  vi.useFakeTimers();
  patience = new Patience(2_000);
});

afterEach(() => {
  vi.useRealTimers();
});

const never = new Promise<never>(() => undefined);
const state = (work: Promise<unknown>) => {
  const seen: string[] = [];
  work.then(
    () => seen.push('done'),
    (error: Error) => seen.push(error.message),
  );
  return seen;
};

it('ends what takes too long, and nothing else', async () => {
  const first = state(patience.with(never));
  await vi.advanceTimersByTimeAsync(1_500);
  const second = state(patience.with(never));
  const done = state(patience.with(Promise.resolve()));
  const failed = state(patience.with(Promise.reject(new Error('no'))));
  await vi.advanceTimersByTimeAsync(499);
  expect([first, second, done, failed]).toEqual([[], [], ['done'], ['no']]);
  await vi.advanceTimersByTimeAsync(1);
  expect(first).toEqual(['it took more than 2000 ms']);
  await vi.advanceTimersByTimeAsync(1_499);
  expect(second).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(second).toEqual(['it took more than 2000 ms']);
});

it('has one timer for all, and none when nobody waits', async () => {
  for (let i = 0; i < 1_000; i++) {
    void patience.with(never).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(1);
  }
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(vi.getTimerCount()).toBe(0);
});

it('takes no harm from work that ends when nobody waits any more', async () => {
  const late = Promise.withResolvers<void>();
  const waited = state(patience.with(late.promise));
  await vi.advanceTimersByTimeAsync(2_000);
  late.reject(new Error('late'));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(waited).toEqual(['it took more than 2000 ms']);
});
