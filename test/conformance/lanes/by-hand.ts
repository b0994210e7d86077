import { expect } from 'vitest';
import type { MessageId } from '../../../src/contract/index.ts';
import { AT_ONCE, type Check, check, events, SENT, UNKNOWN } from './room.ts';
import { delayed, hurriedAll } from './standing.ts';

/** The moves that people make: try it now, take it back, try once more what was put aside. */
export const byHand: readonly Check[] = [
  check('a lane that has to wait may be served at once when it is asked for', async (room) => {
    const id = await delayed(room, 'a');
    expect((await room.claim()).claims).toEqual([]);
    expect(await room.store.hurry(id)).toBe('hurried');
    expect((await room.one()).entries).toMatchObject([{ id, attempts: 2 }]);
  }),

  check('one behind another hurries both, and overtakes nothing', async (room) => {
    await delayed(room, 'a');
    const second = await room.pushOne(room.lane(), 'b');
    expect(await room.store.hurry(second)).toBe('hurried');
    expect(events(await room.one())).toEqual(['a', 'b']);
  }),

  check('what is under way is not taken from its holder by hurry', async (room) => {
    const [head, behind] = await room.push(room.lane(), 'a', 'b');
    const claim = await room.one({ perLane: 1 });
    for (const id of [head, behind]) expect(id && (await room.store.hurry(id))).toBe('served');
    expect((await room.claim({ holder: 'h2' })).claims).toEqual([]);
    await room.settled(claim, [SENT]);
  }),

  check(
    'all that has to wait is hurried, page by page, and nothing else is touched',
    async (room) => {
      const { channel, store } = room;
      const waiting: MessageId[] = [];
      const beside = { ...room.lane('a'), name: `${room.lane('a').name}x` };
      for (const lane of [room.lane('a'), beside, { ...beside, name: `${beside.name}y` }]) {
        waiting.push(await delayed(room, 'waits', lane));
        await room.push(lane, 'behind it');
      }
      await delayed(room, 'on hold', room.lane('held'));
      await store.hold({ channel, conversation: room.lane('held') }, 'note');
      const busy = await room.pushOne(room.lane('busy'), 'under way');
      const claim = await room.one();
      expect(await hurriedAll(room)).toEqual(waiting.sort());
      expect(await hurriedAll(room)).toEqual([]);
      const { claims } = await room.claim({ holder: 'h2', perLane: 1 });
      expect(claims.map(({ entries }) => entries[0]?.id).sort()).toEqual(waiting);
      for (const each of claims) await room.settled(each, [{ kind: 'later', afterMs: 60_000 }]);
      await store.hold({ channel }, 'note');
      expect(await hurriedAll(room)).toEqual([]);
      expect(claim.entries).toMatchObject([{ id: busy }]);
      expect(await room.settle(claim, [SENT])).toMatchObject({ result: 'settled' });
    },
  ),

  check('nothing that has ended can be hurried', async (room) => {
    const out = await room.handOver(room.lane(), 'a');
    const dead = await room.pushOne(room.lane(), 'b');
    await room.settled(await room.one(), [{ kind: 'terminal', keep: true }]);
    const sent = await room.pushOne(room.lane(), 'c');
    await room.settled(await room.one(), [SENT]);
    expect(await room.store.hurry(out)).toBe('handed');
    expect(await room.store.hurry(dead)).toBe('dead');
    expect(await room.store.hurry(sent)).toBe('gone');
    expect((await room.claim()).claims).toEqual([]);
  }),

  check('what waits can be taken back, and its sender is told in the same step', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    const report = room.entry(room.lane('juliet', 'inbound'), 'taken back');
    expect(await room.store.withdraw(id, 0, [report])).toBe('withdrawn');
    expect(await room.store.read(id)).toBeUndefined();
    expect(await room.store.read(report.id)).toMatchObject({ event: 'taken back' });
    expect(await room.sendAll()).toEqual([]);
  }),

  check('those behind it go on, and at once where only it had to wait', async (room) => {
    const id = await delayed(room, 'a');
    await room.push(room.lane(), 'b');
    expect(await room.store.withdraw(id, 1, [])).toBe('withdrawn');
    expect(await room.sendAll()).toEqual(['b']);
  }),

  check('one behind another is taken back alone', async (room) => {
    await delayed(room, 'a');
    const second = await room.pushOne(room.lane(), 'b');
    expect(await room.store.withdraw(second, 0, [])).toBe('withdrawn');
    expect((await room.claim()).claims).toEqual([]);
  }),

  check('what is under way can not be taken back, and nobody is told that it was', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    const claim = await room.one();
    const report = room.entry(room.lane('juliet', 'inbound'), 'taken back');
    expect(await room.store.withdraw(id, 1, [report])).toBe('sending');
    expect(await room.store.read(report.id)).toBeUndefined();
    await room.settled(claim, [UNKNOWN]);
    expect(await room.store.withdraw(id, 1, [report])).toBe('unknown');
    expect(await room.store.read(report.id)).toBeUndefined();
  }),

  check('what a holder left behind in a crash can not be taken back', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    await room.one({ leaseMs: 0 });
    expect(await room.store.withdraw(id, 1, [])).toBe('sending');
    expect((await room.one()).entries).toMatchObject([{ id, interrupted: true }]);
  }),

  check('what was tried since somebody looked at it is not taken back', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    await room.settled(await room.one(), [AT_ONCE]);
    expect(await room.store.withdraw(id, 0, [])).toBe('changed');
    expect(await room.store.withdraw(id, 1, [])).toBe('withdrawn');
  }),

  check('what has ended can not be taken back', async (room) => {
    const out = await room.handOver(room.lane(), 'a');
    const dead = await room.pushOne(room.lane(), 'b');
    await room.settled(await room.one(), [{ kind: 'terminal', keep: true }]);
    expect(await room.store.withdraw(out, 1, [])).toBe('handed');
    expect(await room.store.withdraw(dead, 1, [])).toBe('dead');
    expect(await room.store.withdraw(room.entry(room.lane(), 'x').id, 0, [])).toBe('gone');
  }),

  check(
    'one that is taken back from a lane that is held changes nothing for its holder',
    async (room) => {
      const [, second] = await room.push(room.lane(), 'a', 'b', 'c');
      const claim = await room.one({ perLane: 1 });
      expect(second && (await room.store.withdraw(second, 0, []))).toBe('withdrawn');
      const { next } = await room.settled(claim, [SENT], { next: 8 });
      expect(next && events(next)).toEqual(['c']);
    },
  ),

  check(
    'a dead letter can be revived with another event, and its sender told of it',
    async (room) => {
      const id = await room.pushOne(room.lane(), 'a');
      await room.settled(await room.one(), [{ kind: 'terminal', keep: true }]);
      const report = room.entry(room.lane('juliet', 'inbound'), 'once more');
      const more = { event: 'line\n2', reports: [report] };
      expect(await room.store.revive(id, 1_900_000_000_000, more)).toBe(true);
      expect(events(await room.one())).toEqual(['line\n2']);
      expect(await room.store.read(report.id)).toMatchObject({ event: 'once more' });
    },
  ),
];
