import { afterEach, beforeEach, expect, it } from 'vitest';
import { laneOf, newMessageId } from '../../../src/lanes/lane.ts';
import type { LaneStore } from '../../../src/lanes/lane-store.ts';
import { memoryLaneStore } from '../../../src/lanes/memory/memory-lane-store.ts';
import { storeInbound } from '../../../src/lanes/stored.ts';
import { type InboundWay, openInboundWay } from '../../../src/main/inbound-way.ts';
import type { ServerAge } from '../../../src/xmpp/port.ts';
import { Inbox } from '../../support/clients/inbox.ts';
import { JULIET, PAPER } from '../../support/paper.ts';

let lanes: LaneStore;
let arrived: Inbox<string>;
let rewound: Inbox<number>;
let settled: Inbox<number>;
/** When the store was asked to settle, and until when it does not. */
let asked: Inbox<number>;
let slow: PromiseWithResolvers<void> | undefined;
/** How often the store does not answer when it is asked to put messages back. */
let failures: number;
let errors: Inbox<unknown>;
/** By so much the store's clock has gone on. */
let later: number;
let way: InboundWay;
/** When the server last answered, by a monotonic clock. */
let certainAt: number;
/** When the server began that the store knows of. */
let known: number | undefined;
let drains: Parameters<typeof openInboundWay>[0]['drains'];

beforeEach(() => {
  later = 0;
  known = undefined;
  certainAt = performance.now();
  const store = memoryLaneStore({ now: () => Date.now() + later });
  arrived = new Inbox();
  rewound = new Inbox();
  settled = new Inbox();
  asked = new Inbox();
  slow = undefined;
  errors = new Inbox();
  failures = 0;
  lanes = {
    ...store,
    async settle(requests) {
      asked.add(requests.length);
      await slow?.promise;
      const results = await store.settle(requests);
      for (const { settlements } of requests) settled.add(settlements.length);
      return results;
    },
    async rewind(channel, agoMs) {
      if (failures-- > 0) throw new Error('no answer');
      const messages = await store.rewind(channel, agoMs);
      rewound.add(messages);
      return messages;
    },
  };
  way = open();
});

function open(): InboundWay {
  drains = {};
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
  return openInboundWay(
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
      get certainAt() {
        return certainAt;
      },
      deliver: async (message) =>
        arrived.add(message.kind === 'text' ? message.text : message.kind),
    },
    {
      found: async () => known,
      set: async (startedAt) => {
        known = startedAt;
      },
    },
  );
}

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

const SILENT = undefined;
const STARTED: ServerAge = { upMs: 0, sinceLastBarrier: false };
const SAME: ServerAge = { upMs: 3_600_000, sinceLastBarrier: true };

async function handOver(text: string) {
  const id = await push(text);
  expect(await next()).toBe(text);
  await settled.take((count) => count === 1);
  return id;
}

it.each([
  ['was started again', STARTED],
  ['does not say how long it is up', SILENT],
])('a server that %s gets all again that it may have forgotten', async (_, server) => {
  way.online(SAME);
  await handOver('one');
  way.offline();
  way.online(server);
  expect(await next()).toBe('one');
});

it('a server that was there all the time gets nothing again, though the stream broke', async () => {
  way.online(SAME);
  const id = await handOver('one');
  way.offline();
  way.online(SAME);
  await handOver('two');
  expect((await lanes.read(id))?.state).toBe('handed');
});

it('a server that was started again gets all again, though the store fails and the stream breaks once more', async () => {
  way.online(SAME);
  await handOver('one');
  way.offline();
  failures = 1;
  way.online(STARTED);
  await errors.take(() => true);
  way.offline();
  way.online(SAME);
  expect(await next()).toBe('one');
});

const OTHER: ServerAge = { upMs: 7_200_000, sinceLastBarrier: false };

/** As the next process does. */
async function again(server: ServerAge | undefined) {
  await way.stop(1_000);
  way = open();
  way.online(server);
}

it.each([
  ['was started again', STARTED],
  ['is another one, and has long been up', OTHER],
  ['does not say how long it is up', SILENT],
])('what an earlier process handed over is sent again to a server that %s', async (_, server) => {
  way.online(SAME);
  await handOver('one');
  await again(server);
  expect(await next()).toBe('one');
});

it('what an earlier process handed over is sent again where that server did not say when it began', async () => {
  way.online(SILENT);
  await handOver('one');
  await again(SAME);
  expect(await next()).toBe('one');
});

it('what an earlier process handed over to the same server is not sent again', async () => {
  way.online(SAME);
  const id = await handOver('one');
  await again({ ...SAME, sinceLastBarrier: false });
  await handOver('two');
  expect((await lanes.read(id))?.attempts).toBe(1);
});

it('a server has what was handed over only when it was given back what it may not have', async () => {
  way.online(SAME);
  await handOver('one');
  failures = 1;
  await again(OTHER);
  await errors.take(() => true);
  await again(OTHER);
  expect(await next()).toBe('one');
});

it('what the server before has answered for, and the store is slow to take, is sent again too', async () => {
  way.online(SAME);
  slow = Promise.withResolvers();
  await push('one');
  expect(await next()).toBe('one');
  await asked.take(() => true);
  way.offline();
  way.online(STARTED);
  // All that does not wait for the store has happened.
  await new Promise(setImmediate);
  slow.resolve();
  expect(await next()).toBe('one');
});

it('a grace ends only where the server has answered after it', async () => {
  way.online(SAME);
  const id = await handOver('one');
  later = 40_000;
  // Nothing has come for as long, and the link counts as whole still.
  certainAt = performance.now() - 39_000;
  await way.tick();
  expect((await lanes.read(id))?.state).toBe('handed');
  certainAt = performance.now();
  await way.tick();
  expect(await lanes.read(id)).toBeUndefined();
});

it('a store that fails when the stream comes back holds nothing up for ever', async () => {
  way.online(SILENT);
  await push('one');
  expect(await next()).toBe('one');
  await settled.take((count) => count === 1);
  way.offline();
  failures = 1;
  way.online(SILENT);
  await errors.take(() => true);
  await push('two');
  await way.tick();
  expect(await next()).toBe('one');
  expect(await next()).toBe('two');
});

it('the end of a stream that we close puts nothing back', async () => {
  way.online(SILENT);
  const id = await push('one');
  expect(await next()).toBe('one');
  await settled.take((count) => count === 1);
  await way.stop(1_000);
  way.offline();
  await way.tick();
  expect((await lanes.read(id))?.state).toBe('handed');
  expect(rewound.rest).toEqual([0]);
});
