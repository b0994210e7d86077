import { expect, it } from 'vitest';
import type { AccountId, PeerId, RoomEvent } from '../../../src/contract/index.ts';
import { takingTurns } from '../../../src/transports/turns.ts';

const EVENT: RoomEvent = { is: 'announced', text: 'something' };
const ROOM = '#room' as PeerId;
const LOUD = 'loud' as AccountId;
const QUIET = 'quiet' as AccountId;
const SHY = 'shy' as AccountId;

it('who has filled the way goes on after all who have found it full', async () => {
  let way: PromiseWithResolvers<void> | undefined;
  const tell = takingTurns(() => way?.promise);
  expect(tell(LOUD, ROOM, EVENT)).toBeUndefined();
  for (const [first, others] of [
    [LOUD, [QUIET, SHY]],
    [QUIET, [SHY, LOUD]],
  ] as const) {
    way = Promise.withResolvers();
    const order: AccountId[] = [];
    const going = [first, ...others].map(async (account) => {
      const turn = tell(account, ROOM, EVENT);
      // However often he says something meanwhile, he waits for the same.
      expect(tell(account, ROOM, EVENT)).toBe(turn);
      await turn;
      order.push(account);
    });
    way.resolve();
    await Promise.all(going);
    expect(order).toEqual([...others, first]);
  }
  way = undefined;
  expect(tell(QUIET, ROOM, EVENT)).toBeUndefined();
});
