import { afterEach, beforeEach, expect, it } from 'vitest';
import { laneOf, newMessageId } from '../../../src/lanes/lane.ts';
import type { LaneStore } from '../../../src/lanes/lane-store.ts';
import { memoryLaneStore } from '../../../src/lanes/memory/memory-lane-store.ts';
import { storeInbound } from '../../../src/lanes/stored.ts';
import { type InboundWay, openInboundWay } from '../../../src/main/inbound-way.ts';
import { Inbox } from '../../support/clients/inbox.ts';
import { JULIET, PAPER } from '../../support/paper.ts';

let lanes: LaneStore;
let arrived: Inbox<string>;
let rewound: Inbox<number>;
let settled: Inbox<number>;
/** How often the store does not answer when it is asked to put messages back. */
let failures: number;
let errors: Inbox<unknown>;
let way: InboundWay;
let drains: Parameters<typeof openInboundWay>[0]['drains'];

beforeEach(() => {
  const store = memoryLaneStore();
  arrived = new Inbox();
  rewound = new Inbox();
  settled = new Inbox();
  errors = new Inbox();
  failures = 0;
  lanes = {
    ...store,
    async settle(requests) {
      const results = await store.settle(requests);
      for (const { settlements } of requests) settled.add(settlements.length);
      return results;
    },
    async rewind(channel) {
      if (failures-- > 0) throw new Error('no answer');
      const messages = await store.rewind(channel);
      rewound.add(messages);
      return messages;
    },
  };
  drains = {};
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
  way = openInboundWay(
    {
      shared: {
        lanes,
        wake: { schedule() {}, listen: () => () => undefined, close: async () => undefined },
        holder: 'test',
      },
      settings: { id: PAPER },
      log,
      note() {},
      parked() {},
      nudgeInbound: (partition) => drains.inbound?.nudge(partition),
      drains,
      onError: (error) => errors.add(error),
    },
    {
      deliver: async (message) =>
        arrived.add(message.kind === 'text' ? message.text : message.kind),
    },
  );
});

afterEach(() => way.stop(1_000));

async function push(text: string) {
  const lane = laneOf({ transport: PAPER, account: JULIET, peer: 'romeo' }, 'inbound');
  const id = newMessageId(lane.partition);
  await lanes.push([
    {
      id,
      lane,
      event: storeInbound({ v: 1, kind: 'text', to: JULIET, from: 'romeo', text }),
      acceptedAt: Date.now(),
      deadlineAt: Date.now() + 86_400_000,
      duplicateKeys: [],
    },
  ]);
  drains.inbound?.nudge(lane.partition);
  return id;
}

const next = () => arrived.take(() => true);

it('what was handed over is put back when the stream breaks, not only when it is back', async () => {
  way.online();
  const id = await push('one');
  expect(await next()).toBe('one');
  await settled.take((count) => count === 1);
  way.offline();
  expect(await rewound.take(() => true)).toBe(1);
  expect((await lanes.read(id))?.state).toBe('waiting');
  way.online();
  expect(await next()).toBe('one');
});

it('a store that fails when the stream comes back holds nothing up for ever', async () => {
  way.online();
  await push('one');
  expect(await next()).toBe('one');
  await settled.take((count) => count === 1);
  failures = 2;
  way.offline();
  await errors.take(() => true);
  way.online();
  await errors.take(() => true);
  await push('two');
  await way.tick();
  expect(await next()).toBe('one');
  expect(await next()).toBe('two');
});

it('the end of a stream that we close puts nothing back', async () => {
  way.online();
  const id = await push('one');
  expect(await next()).toBe('one');
  await settled.take((count) => count === 1);
  await way.stop(1_000);
  way.offline();
  await way.tick();
  expect((await lanes.read(id))?.state).toBe('handed');
  expect(rewound.rest).toEqual([]);
});
