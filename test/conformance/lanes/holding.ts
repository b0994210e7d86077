import { expect } from 'vitest';
import { type Lane, laneOfItsOwn } from '../../../src/lanes/lane.ts';
import type { NewEntry } from '../../../src/lanes/lane-store.ts';
import { AT_ONCE, type Check, check, events, handed, LEASE_MS, networkId, SENT } from './room.ts';
import { delayed, held, standing, WAITS } from './standing.ts';

/** What is on hold stays where it is. */
export const holding: readonly Check[] = [
  check('of a conversation on hold nothing is claimed, and others go on', async (room) => {
    const target = { channel: room.channel, conversation: room.lane('a') };
    await room.push(room.lane('a'), 'held');
    expect(await room.store.hold(target, 'note')).toBe(true);
    expect(await room.store.hold(target, 'again')).toBe(false);
    await room.push(room.lane('a'), 'held too');
    await room.push(room.lane('b'), 'free');
    expect(await room.sendAll()).toEqual(['free']);
    const [id] = await room.store.messagesOf(room.lane('a'), 1);
    expect(await standing(room, id)).toMatchObject({ onHold: true, state: 'waiting' });
    expect(id && (await room.store.hurry(id))).toBe('on-hold');
    expect(await room.store.resume(target)).toBe(true);
    expect(await room.store.resume(target)).toBe(false);
    expect(await room.sendAll()).toEqual(['held', 'held too']);
  }),

  check(
    'a hold is in force for what is stored later, also in a lane that was empty',
    async (room) => {
      const target = { channel: room.channel, conversation: room.lane() };
      await room.store.hold(target, 'note');
      await room.push(room.lane(), 'a');
      for (let look = 0; look < 3; look++) expect((await room.claim()).claims).toEqual([]);
      await room.store.resume(target);
      expect(await room.sendAll()).toEqual(['a']);
    },
  ),

  check('a hold reaches each message that is a lane of its own', async (room) => {
    const lane = room.lane();
    const entries = ['a', 'b'].map((text) => room.entry(lane, text));
    await room.store.push(entries.map((e) => ({ ...e, lane: laneOfItsOwn(lane, e.id) })));
    const target = { channel: room.channel, conversation: lane };
    await room.store.hold(target, 'note');
    expect((await room.claim()).claims).toEqual([]);
    await room.store.resume(target);
    expect((await room.sendAll()).sort()).toEqual(['a', 'b']);
  }),

  check('what is under way when a hold comes is settled, and nothing after it', async (room) => {
    const lane = room.lane();
    await room.push(lane, 'a', 'b');
    const claim = await room.one({ perLane: 1 });
    await room.store.hold({ channel: room.channel, conversation: lane }, 'note');
    const settled = await room.settled(claim, [SENT], { next: 8 });
    expect(settled).toMatchObject({ next: undefined, more: false });
    expect((await room.claim()).claims).toEqual([]);
    await room.store.resume({ channel: room.channel, conversation: lane });
    expect(await room.sendAll()).toEqual(['b']);
  }),

  check('an attempt that has to wait does not end a hold', async (room) => {
    const lane = room.lane();
    await room.push(lane, 'a');
    const claim = await room.one();
    await room.store.hold({ channel: room.channel, conversation: lane }, 'note');
    await room.settled(claim, [AT_ONCE]);
    expect((await room.claim()).claims).toEqual([]);
    await room.store.resume({ channel: room.channel, conversation: lane });
    expect(await room.sendAll()).toEqual(['a']);
  }),

  check('of a channel on hold nothing is claimed, and another channel goes on', async (room) => {
    const target = { channel: room.channel };
    await room.push(room.lane('a'), 'a1', 'a2');
    await room.push(room.lane('b'), 'b');
    const claim = await room.one({ perLane: 1, lanes: 1 });
    expect(await room.store.hold(target, 'note')).toBe(true);
    const sent = events(claim);
    expect(await room.settled(claim, [SENT], { next: 8 })).toMatchObject({ next: undefined });
    expect(await room.claim()).toEqual({ claims: [], more: [], nextInMs: undefined });
    await room.push(room.lane('x', 'inbound'), 'comes in');
    const inbound = await room.claim({ channel: `${room.transport}.i` });
    expect(inbound.claims.flatMap(events)).toEqual(['comes in']);
    expect(await room.store.resume(target)).toBe(true);
    sent.push(...(await room.sendAll()));
    expect(sent.sort()).toEqual(['a1', 'a2', 'b']);
  }),

  check('a conversation stays on hold when its channel is no more', async (room) => {
    const { channel } = room;
    await room.push(room.lane('a'), 'a');
    await room.push(room.lane('b'), 'b');
    await room.store.hold({ channel, conversation: room.lane('a') }, 'note');
    await room.store.hold({ channel }, 'note');
    expect((await room.claim()).claims).toEqual([]);
    await room.store.resume({ channel });
    expect(await room.sendAll()).toEqual(['b']);
    await room.store.resume({ channel, conversation: room.lane('a') });
    expect(await room.sendAll()).toEqual(['a']);
  }),

  check('many conversations on hold do not stand in the way of one that is not', async (room) => {
    const { partition } = room.lane('free');
    const lanes: Lane[] = [];
    // They stand before it where it is looked for.
    for (let n = 0; lanes.length < 8; n++) {
      const lane = room.lane(`held${n}`);
      if (lane.partition === partition) lanes.push(lane);
    }
    for (const conversation of lanes) {
      await room.push(conversation, 'held');
      await room.store.hold({ channel: room.channel, conversation }, 'note');
    }
    await room.push(room.lane('free'), 'free');
    const sent: string[] = [];
    for (let look = 0; look < lanes.length + 1 && sent.length === 0; look++) {
      for (const claim of (await room.claim({ lanes: 1, perLane: 1 })).claims) {
        sent.push(...events(claim));
      }
    }
    expect(sent).toEqual(['free']);
  }),

  check(
    'of all that is on hold the heads are found, page by page, and of no other',
    async (room) => {
      const { channel } = room;
      const of = (entry: NewEntry) => ({ ...entry, lane: laneOfItsOwn(entry.lane, entry.id) });
      const entries = ['a', 'b', 'c'].map((text) => of(room.entry(room.lane('held'), text)));
      await room.store.push(entries);
      const free = await room.pushOne(room.lane('free'), 'free');
      await room.push(room.lane('free'), 'behind it');
      expect(await held(room)).toEqual([]);
      await room.store.hold({ channel: `${room.transport}.i` }, 'note');
      expect(await held(room)).toEqual([]);
      await room.store.hold({ channel, conversation: room.lane('held') }, 'note');
      const ids = entries.map(({ id }) => id).sort();
      expect(await held(room)).toEqual(ids);
      await room.store.hold({ channel }, 'note');
      expect(await held(room)).toEqual([...ids, free].sort());
      await room.store.resume({ channel });
      expect(await held(room)).toEqual(ids);
      await room.store.resume({ channel, conversation: room.lane('held') });
      expect(await held(room)).toEqual([]);
    },
  ),

  check('its head is found that has to wait, be it from before the hold or since', async (room) => {
    const { channel } = room;
    const before = await delayed(room, 'before', room.lane('a'));
    const since = await room.pushOne(room.lane('b'), 'since');
    const claim = await room.one();
    for (const peer of ['a', 'b']) {
      await room.store.hold({ channel, conversation: room.lane(peer) }, 'note');
    }
    await room.settled(claim, [WAITS]);
    expect(await held(room)).toEqual([before, since].sort());
  }),

  check('what is on hold is listed with its note', async (room) => {
    const { channel } = room;
    await room.store.hold({ channel, conversation: room.lane() }, `one of ${channel}`);
    await room.store.hold({ channel }, `all of ${channel}`);
    const ours = (await room.store.holds()).filter(({ note }) => note.endsWith(` ${channel}`));
    expect(ours).toHaveLength(2);
    expect(ours).toContainEqual({ channel: undefined, note: `one of ${channel}` });
    expect(ours).toContainEqual({ channel, note: `all of ${channel}` });
  }),

  check('a holder that is gone leaves a lane on hold on hold', async (room) => {
    const lane = room.lane();
    const id = await room.pushOne(lane, 'a');
    const claim = await room.one();
    await room.store.partSent(claim, id, { part: 0, networkId: networkId('n') });
    await room.store.hold({ channel: room.channel, conversation: lane }, 'note');
    await room.store.release(room.channel, 'h1');
    expect((await room.claim({ holder: 'h2' })).claims).toEqual([]);
    expect((await room.settle(claim, [handed(LEASE_MS, 'n')])).result).toBe('fenced');
    await room.store.resume({ channel: room.channel, conversation: lane });
    expect((await room.one()).entries).toMatchObject([{ id, interrupted: true }]);
  }),
];
