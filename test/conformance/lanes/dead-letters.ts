import { expect } from 'vitest';
import type { MessageId } from '../../../src/contract/index.ts';
import { type Check, check, events, type Room, SENT } from './room.ts';

async function bury(room: Room, text: string): Promise<MessageId> {
  const id = await room.pushOne(room.lane(), text);
  await room.settled(await room.one({ perLane: 1 }), [{ kind: 'terminal', keep: true }]);
  return id;
}

/** Other checks leave dead letters too. */
async function deadOf(room: Room) {
  const all = await room.store.deadLetters(1_000);
  return all.filter(({ lane }) => lane.channel === room.channel);
}

export const deadLetters: readonly Check[] = [
  check('a dead letter is kept for the operator, and its lane goes on', async (room) => {
    const id = await bury(room, 'a');
    await room.push(room.lane(), 'b');
    expect(await deadOf(room)).toMatchObject([
      { id, event: 'a', lane: room.lane(), state: 'dead', attempts: 1 },
    ]);
    expect(await room.sendAll()).toEqual(['b']);
  }),

  check('no more dead letters are read than asked for', async (room) => {
    await bury(room, 'a');
    await bury(room, 'b');
    expect(await room.store.deadLetters(1)).toHaveLength(1);
    expect(await room.store.deadLetters(0)).toEqual([]);
  }),

  check('a dead letter that is revived waits at the end of its lane, as new', async (room) => {
    const id = await bury(room, 'a');
    await room.push(room.lane(), 'b');
    expect(await room.store.revive(id, 1_900_000_000_000)).toBe(true);
    expect(await room.store.revive(id, 1_900_000_000_000)).toBe(false);
    const claim = await room.one();
    expect(events(claim)).toEqual(['b', 'a']);
    expect(claim.entries[1]).toMatchObject({
      ...{ id, deadlineAt: 1_900_000_000_000, acceptedAt: 1_700_000_000_000 },
      ...{ attempts: 1, crashes: 0, interrupted: false, parts: [] },
    });
    expect(await deadOf(room)).toEqual([]);
  }),

  check('a revived message keeps its new place when it is rewound', async (room) => {
    const id = await bury(room, 'a');
    const handed = await room.handOver(room.lane(), 'b');
    await room.store.revive(id, 1_900_000_000_000);
    expect(await room.store.bounce(handed, { kind: 'later', afterMs: 0 })).toBe(true);
    expect(events(await room.one())).toEqual(['b', 'a']);
  }),

  check('a dead letter that is discarded is gone', async (room) => {
    const id = await bury(room, 'a');
    expect(await room.store.discard(id)).toBe(true);
    expect(await room.store.discard(id)).toBe(false);
    expect(await room.store.read(id)).toBeUndefined();
    expect(await deadOf(room)).toEqual([]);
  }),

  check('what is not dead is neither revived nor discarded', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    expect(await room.store.revive(id, 1_900_000_000_000)).toBe(false);
    expect(await room.store.discard(id)).toBe(false);
    await room.settled(await room.one(), [SENT]);
    expect(await room.store.discard(id)).toBe(false);
  }),
];
