import { expect } from 'vitest';
import type { MessageId } from '../../../src/contract/index.ts';
import { laneOfItsOwn } from '../../../src/lanes/lane.ts';
import { type Check, check, LEASE_MS, SENT } from './room.ts';
import { delayed, standing, WAITS } from './standing.ts';

/** What people see of the lanes. */
export const looking: readonly Check[] = [
  check('a channel is told in numbers', async (room) => {
    const [first = expect.fail()] = await room.push(room.lane('a'), 'under way', 'behind it');
    const busy = await room.one({ perLane: 1 });
    const second = await delayed(room, 'is tried again', room.lane('b'));
    await room.handOver(room.lane('c'), 'is handed over');
    await room.pushOne(room.lane('d'), 'is put aside');
    await room.settled(await room.one(), [{ kind: 'terminal', keep: true }]);
    const third = await room.pushOne(room.lane('e'), 'is on hold');
    const channel = room.channel;
    await room.store.hold({ channel, conversation: room.lane('e') }, 'note');
    const other = `${room.transport}.i` as const;
    const [survey, empty] = await room.store.survey([channel, other]);
    const numbers = { lanes: 3, waiting: 4, served: 1, delayed: 1, onHold: 1, handed: 1, dead: 1 };
    // Those of one millisecond are in any order.
    const [oldest] = [first, second, third].sort();
    expect(survey).toEqual({ channel, ...numbers, oldest, partial: false });
    expect(empty).toMatchObject({ channel: other, lanes: 0, waiting: 0, oldest: undefined });
    await room.settled(busy, [SENT]);
  }),

  check('what waits is listed by the age of its head, page by page', async (room) => {
    const heads: MessageId[] = [];
    for (const peer of ['a', 'b', 'c']) heads.push(await room.pushOne(room.lane(peer), peer));
    await room.push(room.lane('a'), 'second');
    heads.sort();
    const request = { channels: [room.channel], limit: 2 };
    const first = await room.store.heads(request);
    expect(first.waiting.map(({ head }) => head)).toEqual(heads.slice(0, 2));
    expect(first.more).toBe(true);
    const after = heads[1] ?? expect.fail();
    const rest = await room.store.heads({ ...request, after });
    expect(rest.waiting.map(({ head }) => head)).toEqual(heads.slice(2));
    expect(rest.more).toBe(false);
    const all = [...first.waiting, ...rest.waiting];
    const twofold = all.find(({ lane }) => lane.name === room.lane('a').name);
    expect(twofold).toMatchObject({ lane: room.lane('a'), messages: 2 });
  }),

  check('what waits of one conversation is listed alone', async (room) => {
    await room.push(room.lane('a'), 'x');
    const lane = room.lane('b');
    const entry = room.entry(lane, 'y');
    const own = laneOfItsOwn(lane, entry.id);
    await room.store.push([{ ...entry, lane: own }]);
    const request = { channels: [room.channel], conversation: lane, limit: 9 };
    const found = await room.store.heads(request);
    expect(found).toEqual({ waiting: [{ lane: own, messages: 1, head: entry.id }], more: false });
  }),

  check('the messages of a lane are listed in their order', async (room) => {
    const ids = await room.push(room.lane(), 'a', 'b', 'c');
    expect(await room.store.messagesOf(room.lane(), 2)).toEqual(ids.slice(0, 2));
    expect(await room.store.messagesOf(room.lane(), 0)).toEqual([]);
    expect(await room.store.messagesOf(room.lane('nobody'), 2)).toEqual([]);
  }),

  check('how a message stands is told, and no text of it', async (room) => {
    const [head, behind] = await room.push(room.lane(), 'a', 'b');
    const now = { dueInMs: 0, ahead: 0, served: false, onHold: false };
    expect(await standing(room, head)).toMatchObject({ ...now, state: 'waiting', attempts: 0 });
    const claim = await room.one({ perLane: 1 });
    expect(await standing(room, head)).toMatchObject({ state: 'sending', served: true });
    expect(await standing(room, behind)).toMatchObject({ state: 'waiting', ahead: 1 });
    await room.settled(claim, [WAITS]);
    const waits = await standing(room, head);
    expect(waits).toMatchObject({ state: 'waiting', served: false, attempts: 1 });
    expect(waits.dueInMs).toBeGreaterThan(LEASE_MS / 2);
    expect(waits.lane).toEqual(room.lane());
    expect(waits).not.toHaveProperty('event');
  }),

  check('what is handed over or put aside is in no lane', async (room) => {
    const out = await room.handOver(room.lane(), 'a', 'n1');
    const dead = await room.pushOne(room.lane(), 'b');
    await room.settled(await room.one(), [{ kind: 'terminal', keep: true }]);
    await room.push(room.lane(), 'c');
    expect(await standing(room, out)).toMatchObject({ state: 'handed', dueInMs: undefined });
    expect(await standing(room, dead)).toMatchObject({ state: 'dead', dueInMs: undefined });
  }),

  check(
    'many are looked at in the order of the question, without those that are gone',
    async (room) => {
      const gone = room.entry(room.lane(), 'x').id;
      const ids = await room.push(room.lane(), ...Array.from({ length: 300 }, (_, n) => `${n}`));
      const asked = [gone, ...ids.toReversed()];
      const found = await room.store.look(asked);
      expect(found.map(({ id }) => id)).toEqual(ids.toReversed());
    },
  ),

  check('the dead letters are listed, the latest first', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    await room.settled(await room.one(), [{ kind: 'terminal', keep: true }]);
    expect(await room.store.dead(1_000)).toContain(id);
    expect(await room.store.dead(1)).toHaveLength(1);
    expect(await room.store.dead(0)).toEqual([]);
  }),

  check('a pause is known while it lasts, the longest of several', async (room) => {
    const { store, channel } = room;
    expect(await store.pauseOf(channel)).toBeUndefined();
    await store.notePause(channel, LEASE_MS);
    await store.notePause(channel, 1);
    expect(await store.pauseOf(channel)).toBeGreaterThan(LEASE_MS / 2);
    await store.notePause(channel, 5 * LEASE_MS);
    expect(await store.pauseOf(channel)).toBeGreaterThan(4 * LEASE_MS);
    expect(await store.pauseOf(`${room.transport}.i`)).toBeUndefined();
  }),
];
