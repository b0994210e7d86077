import { expect } from 'vitest';
import type { MessageId } from '../../../src/contract/index.ts';
import type { Confirmed, Part } from '../../../src/lanes/lane-store.ts';
import {
  AT_ONCE,
  type Check,
  check,
  handed,
  LEASE_MS,
  networkId,
  type Room,
  SENT,
} from './room.ts';

/** News of one part, with a report of its own. */
async function tell(
  room: Room,
  id: MessageId,
  part: number,
  network: string,
  state: Part['state'],
): Promise<{ confirmed: Confirmed; told: boolean }> {
  const report = room.entry(room.lane('juliet', 'inbound'), `${state} ${part}`);
  const news = { id, part, networkId: networkId(network), state, reports: [report] };
  const confirmed = await room.store.confirm(news);
  return { confirmed, told: (await room.store.read(report.id)) !== undefined };
}

const NOTED = { confirmed: 'noted', told: false };
const ENDED = { confirmed: 'ended', told: true };
const GONE = { confirmed: 'gone', told: false };

export const confirming: readonly Check[] = [
  check('a message ends when all of its parts are delivered', async (room) => {
    const id = await room.handOver(room.lane(), 'a', 'n0', 'n1');
    expect(await tell(room, id, 1, 'n1', 'delivered')).toEqual(NOTED);
    expect(await tell(room, id, 0, 'n0', 'accepted')).toEqual(NOTED);
    expect(await tell(room, id, 0, 'n0', 'delivered')).toEqual(ENDED);
    expect(await room.store.read(id)).toBeUndefined();
  }),

  check('a message ends with the first part that failed', async (room) => {
    const id = await room.handOver(room.lane(), 'a', 'n0', 'n1');
    expect(await tell(room, id, 1, 'n1', 'failed')).toEqual(ENDED);
    expect(await tell(room, id, 0, 'n0', 'delivered')).toEqual(GONE);
  }),

  check('the sender is told once', async (room) => {
    const id = await room.handOver(room.lane(), 'a', 'n0');
    expect(await tell(room, id, 0, 'n0', 'delivered')).toEqual(ENDED);
    expect(await tell(room, id, 0, 'n0', 'delivered')).toEqual(GONE);
    expect(await tell(room, id, 0, 'n0', 'failed')).toEqual(GONE);
    expect((await room.store.expireHanded(room.channel)).ended).toEqual([]);
    expect(await room.store.rewind(room.channel)).toBe(0);
  }),

  check('news that come before the answer are not lost', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    const claim = await room.one();
    expect(await tell(room, id, 0, 'n0', 'delivered')).toEqual(NOTED);
    const { confirmed } = await room.settled(claim, [handed(LEASE_MS, 'n0')]);
    expect(confirmed).toEqual([id]);
    expect(await room.store.read(id)).toMatchObject({
      state: 'handed',
      parts: [{ part: 0, networkId: 'n0', state: 'delivered' }],
    });
    expect(await tell(room, id, 0, 'n0', 'delivered')).toEqual(ENDED);
  }),

  check('a part that was made durable counts, though the answer does not name it', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    const claim = await room.one();
    await room.store.partSent(claim, id, { part: 0, networkId: networkId('n0') });
    expect(await tell(room, id, 0, 'n0', 'delivered')).toEqual(NOTED);
    expect((await room.settled(claim, [handed(LEASE_MS)])).confirmed).toEqual([id]);
  }),

  check(
    'a failure that comes before the answer is not outdone by a delivered part',
    async (room) => {
      const id = await room.pushOne(room.lane(), 'a');
      const claim = await room.one();
      expect(await tell(room, id, 0, 'n0', 'failed')).toEqual(NOTED);
      const { confirmed } = await room.settled(claim, [handed(LEASE_MS, 'n0', 'n1')]);
      expect(confirmed).toEqual([id]);
      expect(await tell(room, id, 1, 'n1', 'delivered')).toEqual(NOTED);
      expect(await tell(room, id, 0, 'n0', 'failed')).toEqual(ENDED);
    },
  ),

  check('the first end of a part stays', async (room) => {
    const id = await room.handOver(room.lane(), 'a', 'n0', 'n1');
    expect(await tell(room, id, 0, 'n0', 'delivered')).toEqual(NOTED);
    for (const state of ['accepted', 'failed'] as const) {
      expect(await tell(room, id, 0, 'n0', state)).toEqual(NOTED);
    }
    expect((await room.store.read(id))?.parts[0]).toMatchObject({ state: 'delivered' });
  }),

  check('a failure of an earlier attempt says nothing of this one', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    const first = await room.one();
    await room.store.partSent(first, id, { part: 0, networkId: networkId('old') });
    await room.settled(first, [AT_ONCE]);
    await room.settled(await room.one(), [handed(LEASE_MS, 'new')]);
    expect(await tell(room, id, 0, 'old', 'failed')).toEqual(NOTED);
    expect(await tell(room, id, 0, 'new', 'delivered')).toEqual(ENDED);
  }),

  check('a new attempt begins with a clean slate', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    const first = await room.one();
    await room.store.partSent(first, id, { part: 0, networkId: networkId('old') });
    expect(await tell(room, id, 0, 'old', 'failed')).toEqual(NOTED);
    await room.settled(first, [AT_ONCE]);
    const { confirmed } = await room.settled(await room.one(), [handed(LEASE_MS, 'new')]);
    expect(confirmed).toEqual([]);
  }),

  check('news of a message that waits for its next attempt are kept', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    const claim = await room.one();
    await room.store.partSent(claim, id, { part: 0, networkId: networkId('n0') });
    await room.settled(claim, [AT_ONCE]);
    expect(await tell(room, id, 0, 'n0', 'delivered')).toEqual(NOTED);
    expect((await room.one()).entries[0]?.parts).toEqual([
      { part: 0, networkId: 'n0', state: 'delivered' },
    ]);
  }),

  check('there are no news of what was never tried or has ended', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    expect(await tell(room, id, 0, 'n0', 'delivered')).toEqual(GONE);
    await room.settled(await room.one(), [SENT]);
    expect(await tell(room, id, 0, 'n0', 'delivered')).toEqual(GONE);
    const dead = await room.pushOne(room.lane(), 'b');
    await room.settled(await room.one(), [{ kind: 'terminal', keep: true }]);
    expect(await tell(room, dead, 0, 'n0', 'delivered')).toEqual(GONE);
  }),

  check('a network id is known once it is bound', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    const network = networkId('n:0{x}');
    expect(await room.store.whose(room.transport, network)).toBeUndefined();
    expect(await room.store.bind(room.transport, network, id, LEASE_MS)).toEqual([]);
    expect(await room.store.whose(room.transport, network)).toBe(id);
    expect(
      await room.store.whose(`${room.transport}x` as typeof room.transport, network),
    ).toBeUndefined();
  }),

  check('news of an unknown network id wait until it is bound', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    const network = networkId('n0');
    await room.store.keepForLater(room.transport, network, 'one', LEASE_MS);
    await room.store.keepForLater(room.transport, network, 'two', LEASE_MS);
    const expected = ['one', 'two'];
    expect(await room.store.bind(room.transport, network, id, LEASE_MS)).toEqual(expected);
    expect(await room.store.bind(room.transport, network, id, LEASE_MS)).toEqual(expected);
  }),

  check('few news of an unknown network id are kept', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    for (let n = 0; n < 20; n++) {
      await room.store.keepForLater(room.transport, networkId('n0'), `${n}`, LEASE_MS);
    }
    const kept = await room.store.bind(room.transport, networkId('n0'), id, LEASE_MS);
    expect(kept).toHaveLength(16);
  }),
];
