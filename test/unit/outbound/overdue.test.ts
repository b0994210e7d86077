import { beforeEach, expect, it } from 'vitest';
import { channelOf } from '../../../src/lanes/lane.ts';
import { readInbound } from '../../../src/lanes/stored.ts';
import { deadlines } from '../../../src/outbound/deadlines.ts';
import { endOverdue } from '../../../src/outbound/overdue.ts';
import { CAPABILITIES, claimAll, PAPER } from '../../support/paper.ts';
import { Asking, NURSE } from '../commands/asking.ts';

const CHANNEL = channelOf(PAPER, 'outbound');
const { deadlineMs } = CAPABILITIES;

let asking: Asking;
let nudged: number;

beforeEach(() => {
  asking = new Asking();
  nudged = 0;
});

const end = (from: 'accept' | 'head' = 'accept', deadlineOf = deadlineOfA(from)) => {
  const { lanes, reports, clock, history } = asking.bench;
  return endOverdue({
    ...{ channel: CHANNEL, lanes, deadlineOf, reports, now: clock.read },
    note: (message, what) => history.note({ message, transport: PAPER, at: clock.now, what }),
    nudgeInbound: () => {
      nudged += 1;
    },
  });
};

function deadlineOfA(from: 'accept' | 'head') {
  return deadlines(from, deadlineMs, asking.bench.clock.read);
}

async function told() {
  const claims = await claimAll(asking.bench.lanes, 'inbound', { perLane: 100 });
  return claims.flatMap(({ entries }) => entries.map(({ event }) => readInbound(event)));
}

it('what is on hold is told to its senders when its time is over, and not before', async () => {
  const early = [await asking.written(), await asking.written(), await asking.written(NURSE)];
  await asking.bench.lanes.hold({ channel: CHANNEL }, 'held');
  asking.bench.clock.pass(deadlineMs / 2);
  const late = await asking.written();
  await end();
  expect(await told()).toEqual([]);
  asking.bench.clock.pass(deadlineMs / 2);
  await end();
  const errors = (await told()).filter(({ kind }) => kind === 'error');
  expect(errors).toHaveLength(3);
  expect(errors[0]).toMatchObject({
    refusal: { text: 'This message was not sent: it was held back until its time was over.' },
  });
  expect(nudged).toBe(3);
  for (const id of early) expect(await asking.bench.lanes.read(id)).toBeUndefined();
  expect(await asking.bench.lanes.read(late)).toMatchObject({ state: 'waiting' });
  const steps = asking.bench.history.steps.filter(({ what }) => what === 'expired');
  expect(steps.map(({ message }) => message).sort()).toEqual(early.sort());
});

it('what is not on hold is left to who serves it', async () => {
  const held = await asking.written();
  const free = await asking.written(NURSE);
  const { lane } = (await asking.bench.lanes.read(held)) ?? expect.fail();
  await asking.bench.lanes.hold({ channel: CHANNEL, conversation: lane }, 'held');
  asking.bench.clock.pass(2 * deadlineMs);
  await end();
  expect(await asking.bench.lanes.read(held)).toBeUndefined();
  expect(await asking.bench.lanes.read(free)).toMatchObject({ state: 'waiting' });
});

it('what may have been sent is not said to be not sent', async () => {
  const id = await asking.written();
  await claimAll(asking.bench.lanes, 'outbound', { holder: 'killed' });
  await asking.bench.lanes.hold({ channel: CHANNEL }, 'held');
  asking.bench.clock.pass(2 * deadlineMs);
  await end();
  expect(await asking.bench.lanes.read(id)).toMatchObject({ state: 'sending' });
  expect(await told()).toEqual([]);
});

it('where the time of each begins at the head of its conversation, only that one ends', async () => {
  const first = await asking.written();
  const second = await asking.written();
  await asking.bench.lanes.hold({ channel: CHANNEL }, 'held');
  const deadlineOf = deadlineOfA('head');
  await end('head', deadlineOf);
  asking.bench.clock.pass(deadlineMs);
  await end('head', deadlineOf);
  expect(await asking.bench.lanes.read(first)).toBeUndefined();
  expect(await asking.bench.lanes.read(second)).toMatchObject({ state: 'waiting' });
  asking.bench.clock.pass(deadlineMs);
  await end('head', deadlineOf);
  expect(await asking.bench.lanes.read(second)).toBeUndefined();
});
