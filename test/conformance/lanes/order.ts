import { expect } from 'vitest';
import { AT_ONCE, type Check, check, events, LEASE_MS, SENT, UNTOUCHED } from './room.ts';

export const order: readonly Check[] = [
  check('messages of a lane come in the order in which they were stored', async (room) => {
    const lane = room.lane();
    await room.push(lane, 'a', 'b', 'c');
    await room.push(lane, 'd');
    expect(events(await room.one({ perLane: 3 }))).toEqual(['a', 'b', 'c']);
  }),

  check('the next claim begins where the last one ended', async (room) => {
    await room.push(room.lane(), 'a', 'b', 'c', 'd');
    const { next } = await room.settled(await room.one({ perLane: 2 }), [SENT, SENT], { next: 1 });
    expect(next && events(next)).toEqual(['c']);
    const { more } = await room.settled(next ?? (await room.one()), [SENT]);
    expect(more).toBe(true);
    expect(events(await room.one())).toEqual(['d']);
  }),

  check('nothing overtakes a head that has to wait', async (room) => {
    await room.push(room.lane(), 'a', 'b');
    const settled = await room.settled(await room.one(), [{ kind: 'later', afterMs: LEASE_MS }]);
    expect(settled).toMatchObject({ next: undefined, more: false });
    const { claims, nextInMs } = await room.claim();
    expect(claims).toEqual([]);
    expect(nextInMs).toBeGreaterThan(0);
    expect(nextInMs).toBeLessThanOrEqual(LEASE_MS);
  }),

  check('a head that had to wait comes before what was behind it', async (room) => {
    await room.push(room.lane(), 'a', 'b');
    await room.settled(await room.one(), [AT_ONCE]);
    await room.push(room.lane(), 'c');
    const claim = await room.one();
    expect(events(claim)).toEqual(['a', 'b', 'c']);
    expect(claim.entries[0]).toMatchObject({ state: 'sending', attempts: 2, interrupted: false });
  }),

  check('a lane is held by one holder at a time', async (room) => {
    await room.push(room.lane(), 'a');
    await room.one({ perLane: 1 });
    await room.push(room.lane(), 'b');
    expect((await room.claim({ holder: 'h2' })).claims).toEqual([]);
  }),

  check('what was not touched is as if it had never been claimed', async (room) => {
    await room.push(room.lane(), 'a', 'b');
    const settled = await room.settled(await room.one(), [UNTOUCHED]);
    expect(settled.more).toBe(true);
    const claim = await room.one();
    expect(claim.entries).toMatchObject([
      { event: 'a', attempts: 1, crashes: 0, interrupted: false },
      { event: 'b', attempts: 1, crashes: 0, interrupted: false },
    ]);
  }),

  check('entries behind those that were settled were not touched', async (room) => {
    const [, second] = await room.push(room.lane(), 'a', 'b', 'c');
    await room.settled(await room.one(), [SENT]);
    expect(second && (await room.store.read(second))).toMatchObject({
      state: 'waiting',
      attempts: 0,
    });
    expect(events(await room.one())).toEqual(['b', 'c']);
  }),

  check('lanes do not hold each other', async (room) => {
    await room.push(room.lane('juliet'), 'a');
    await room.settled(await room.one(), [{ kind: 'later', afterMs: LEASE_MS }]);
    await room.push(room.lane('nurse'), 'b');
    await room.push(room.lane('juliet'), 'c');
    expect(await room.sendAll()).toEqual(['b']);
  }),
];
