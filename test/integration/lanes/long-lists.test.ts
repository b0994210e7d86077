import { afterAll, beforeAll, expect, test } from 'vitest';
import { retryAll } from '../../../src/commands/retry-all.ts';
import type { MessageId, PeerId } from '../../../src/contract/index.ts';
import { channelOf, type Lane, laneOf } from '../../../src/lanes/lane.ts';
import { MOST_LANES } from '../../../src/lanes/queue.ts';
import { storeOutbound } from '../../../src/lanes/stored.ts';
import { endOverdue } from '../../../src/outbound/overdue.ts';
import { reportsOf } from '../../../src/outbound/reports.ts';
import { LEASE_MS, Room } from '../../conformance/lanes/room.ts';
import { deskOn, OPERATOR } from '../../support/desk.ts';
import { JULIET, PAPER } from '../../support/paper.ts';
import { type LanesOnRedis, startLanesOnRedis } from './lanes-on-redis.ts';

const CHANNEL = channelOf(PAPER, 'outbound');
const EVENT = storeOutbound({
  ...{ v: 1, kind: 'message', account: JULIET, peer: 'romeo' as PeerId, text: 'hi' },
  reply: { to: `${JULIET}/x`, from: 'romeo', wantsReceipt: false },
});
/** More than a list of what waits shows of a partition. */
const LANES = MOST_LANES + 100;

let server: LanesOnRedis;
/** Its heads in the order in which the index has them. */
let heads: MessageId[];

beforeAll(async () => {
  server = await startLanesOnRedis();
  const room = new Room(server.lanes);
  const one = laneOf({ transport: PAPER, account: JULIET, peer: 'romeo' as PeerId }, 'outbound');
  const named = (n: number): Lane => ({ ...one, name: `${one.name}${String(n).padStart(6, '0')}` });
  const entries = Array.from({ length: LANES }, (_, n) => room.entry(named(n), EVENT));
  await server.lanes.push(entries);
  heads = entries.map(({ id }) => id);
});
afterAll(() => server.close());

test('whatever waits for another attempt is tried at once, with one wake-up call a partition', async () => {
  const { lanes } = server;
  for (let left = LANES; left > 0; ) {
    const { claims } = await lanes.claim({
      ...{ channel: CHANNEL, holder: 'h', leaseMs: LEASE_MS, lanes: LANES, perLane: 1 },
      partitions: [partition()],
    });
    await lanes.settle(
      claims.map((claim) => ({
        ...{ claim, settlements: [{ kind: 'later', afterMs: LEASE_MS }], reports: [] },
        ...{ next: 0, leaseMs: LEASE_MS },
      })),
    );
    left -= claims.length;
  }
  const desk = deskOn({ lanes });
  expect(await retryAll(desk, OPERATOR, [])).toMatchObject({ data: { tried: LANES } });
  expect(desk.woken).toEqual([[CHANNEL, partition()]]);
});

test('whatever is on hold ends when its time is over, behind however many it stands', async () => {
  const { lanes } = server;
  await lanes.hold({ channel: CHANNEL }, 'note');
  const over = [...heads.slice(0, 3), ...heads.slice(-3)].sort();
  const ended: MessageId[] = [];
  await endOverdue({
    ...{ channel: CHANNEL, lanes, reports: reportsOf(PAPER, Date.now), now: Date.now },
    deadlineOf: ({ id }) => (over.includes(id) ? 0 : Infinity),
    note: (id) => ended.push(id),
    nudgeInbound: () => undefined,
  });
  expect(ended.sort()).toEqual(over);
});

function partition(): number {
  return laneOf({ transport: PAPER, account: JULIET, peer: 'romeo' as PeerId }, 'outbound')
    .partition;
}
