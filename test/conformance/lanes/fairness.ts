import { expect } from 'vitest';
import { type Check, check, EVERYWHERE, events, SENT } from './room.ts';

export const fairness: readonly Check[] = [
  check(
    'no more lanes are claimed than asked for, and it is said where more is due',
    async (room) => {
      const lanes = ['a', 'b', 'c', 'd', 'e'].map((peer) => room.lane(peer));
      for (const lane of lanes) await room.push(lane, 'x');
      const first = await room.claim({ lanes: 4 });
      expect(first.claims).toHaveLength(4);
      const taken = new Set(first.claims.map(({ lane }) => lane.name));
      const left = lanes.filter(({ name }) => !taken.has(name)).map(({ partition }) => partition);
      expect(first.more).toEqual(left);
      const second = await room.claim({ partitions: first.more });
      expect(second.claims.map(({ lane }) => lane.partition)).toEqual(left);
      expect(second.more).toEqual([]);
    },
  ),

  check('no more entries of a lane are claimed than asked for', async (room) => {
    await room.push(room.lane(), 'a', 'b', 'c');
    expect(events(await room.one({ perLane: 2 }))).toEqual(['a', 'b']);
  }),

  check('only the partitions asked for are looked at', async (room) => {
    const { partition } = room.lane();
    await room.push(room.lane(), 'a');
    const others = EVERYWHERE.filter((each) => each !== partition);
    expect((await room.claim({ partitions: others })).claims).toEqual([]);
    expect((await room.claim({ partitions: [partition] })).claims).toHaveLength(1);
  }),

  check('only the channel asked for is looked at', async (room) => {
    await room.push(room.lane('juliet', 'inbound'), 'in');
    expect((await room.claim()).claims).toEqual([]);
    expect((await room.claim({ channel: `${room.transport}.i` })).claims).toHaveLength(1);
  }),

  check('a lane with 10,000 waiting lets the others pass', async (room) => {
    const hot = room.lane('hot');
    const entries = Array.from({ length: 10_000 }, (_, index) => room.entry(hot, `hot ${index}`));
    for (let at = 0; at < entries.length; at += 1_000) {
      await room.store.push(entries.slice(at, at + 1_000));
    }
    const cold = ['a', 'b', 'c', 'd'].map((peer) => room.lane(peer));
    for (const lane of cold) await room.push(lane, 'cold 0', 'cold 1', 'cold 2');
    // One worker that serves one entry at a time, looking at one lane more than it can take.
    const sent: string[] = [];
    while (sent.filter((event) => event.startsWith('cold')).length < 12) {
      const { claims } = await room.claim({ lanes: 5, perLane: 1 });
      for (const claim of claims) {
        sent.push(...events(claim));
        await room.settled(claim, [SENT]);
      }
    }
    expect(sent.filter((event) => event.startsWith('hot'))).toEqual(['hot 0', 'hot 1', 'hot 2']);
  }),

  check('nothing waits: nothing is due', async (room) => {
    await room.push(room.lane(), 'a');
    const settled = await room.settled(await room.one(), [SENT], { next: 4 });
    expect(settled).toEqual({ result: 'settled', next: undefined, more: false, confirmed: [] });
    expect(await room.claim()).toEqual({ claims: [], more: [], nextInMs: undefined });
  }),
];
