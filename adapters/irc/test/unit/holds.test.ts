import { expect, it } from 'vitest';
import { Holds } from '../../holds.ts';
import { HandClock } from '../hand-clock.ts';

function holds() {
  const clock = new HandClock();
  const applied: boolean[] = [];
  const now = () => clock.now();
  return { clock, applied, tested: new Holds(now, (isHeld) => void applied.push(isHeld)) };
}

it('a server is read again when no reason is left, whichever goes first', async () => {
  for (const first of ['store', 'clients'] as const) {
    const { tested, applied } = holds();
    const way = Promise.withResolvers<void>();
    tested.until(way.promise);
    tested.until(way.promise);
    tested.set('store', true);
    tested.set('store', true);
    expect(applied).toEqual([true]);
    const end = async (reason: 'store' | 'clients') => {
      if (reason === 'store') {
        tested.set('store', false);
        return;
      }
      way.resolve();
      await way.promise;
    };
    await end(first);
    expect(applied).toEqual([true]);
    await end(first === 'store' ? 'clients' : 'store');
    expect(applied).toEqual([true, false]);
  }
});

it('nothing is held where there is room', () => {
  const { tested, applied } = holds();
  tested.until(undefined);
  tested.set('store', false);
  expect(applied).toEqual([]);
});

it('knows how long a server was not read', () => {
  const { tested, clock } = holds();
  clock.advance(1_000);
  expect(tested.heldMs).toBe(0);
  tested.set('store', true);
  clock.advance(300);
  expect(tested.heldMs).toBe(300);
  tested.set('store', false);
  clock.advance(5_000);
  tested.set('store', true);
  clock.advance(20);
  expect(tested.heldMs).toBe(320);
});
