import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type {
  EventId,
  InboundMessage,
  MessageId,
  OwnAddress,
  PeerId,
} from '../../../src/contract/index.ts';
import type { Originals } from '../../../src/history/originals.ts';
import { openOriginals } from '../../../src/history/sqlite-originals.ts';
import { receiver } from '../../../src/inbound/receive.ts';
import type { LaneStore } from '../../../src/lanes/lane-store.ts';
import { memoryLaneStore } from '../../../src/lanes/memory/memory-lane-store.ts';
import {
  ADDRESSING,
  accountsOf,
  CAPABILITIES,
  claimAll,
  PAPER,
  RecordedHistory,
} from '../../support/paper.ts';

const KEPT = '01K' as MessageId;
const USERS = { 'a@example.org': 'one', 'b@example.org': 'two', 'c@example.org': 'three' };

let directory: string;
let originals: Originals;
let lanes: LaneStore;
let pushes: number[];
let down: boolean;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-opened-'));
  originals = openOriginals(join(directory, 'originals.sqlite'));
  lanes = memoryLaneStore();
  pushes = [];
  down = false;
});

afterEach(() => {
  originals.close();
  rmSync(directory, { recursive: true });
});

/** One letter for several, as its opener found it. */
function store(...addresses: string[]) {
  const door = receiver({
    transport: PAPER,
    capabilities: CAPABILITIES,
    addressing: ADDRESSING,
    accounts: accountsOf(USERS),
    admins: [],
    // What was kept is ours: it is stored also while nothing new is taken.
    admits: () => false,
    lanes: {
      ...lanes,
      async push(entries) {
        pushes.push(entries.length);
        if (down) throw new Error('no answer');
        return await lanes.push(entries);
      },
    },
    history: new RecordedHistory(),
    originals,
    nudge: () => undefined,
    onError: () => undefined,
    now: Date.now,
  });
  const events = addresses.map((to): InboundMessage => {
    const eventId = 'letter' as EventId;
    return { kind: 'message', eventId, to: to as OwnAddress, from: 'romeo' as PeerId, text: 'hi' };
  });
  return door.receiveOpened(events, KEPT);
}

const waiting = async () =>
  (await claimAll(lanes, 'inbound', { perLane: 100 })).flatMap(({ entries }) => entries).length;

it('what was kept for several is stored for all of them together', async () => {
  const received = await store('one', 'two', 'three', 'nobody');
  const [, , , unowned] = received;
  expect(received.slice(0, 3)).toMatchObject(Array(3).fill({ result: 'stored' }));
  expect(unowned).toEqual({ result: 'unowned' });
  expect(pushes).toEqual([4]);
});

it('or for none of them', async () => {
  down = true;
  await expect(store('one', 'two', 'three')).rejects.toThrow('no answer');
  expect(pushes).toEqual([3]);
  expect(await waiting()).toBe(0);
});

it('and again for those only who do not have it', async () => {
  await store('two');
  const results = (await store('one', 'two', 'three')).map(({ result }) => result);
  expect(results).toEqual(['stored', 'duplicate', 'stored']);
  expect((await store('one', 'two', 'three')).map(({ result }) => result)).toEqual(
    Array(3).fill('duplicate'),
  );
  expect(await waiting()).toBe(3);
});
