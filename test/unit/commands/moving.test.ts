import { beforeEach, describe, expect, it } from 'vitest';
import { discard } from '../../../src/commands/discard.ts';
import { retry } from '../../../src/commands/retry.ts';
import { DeliveryError, type PeerId } from '../../../src/contract/index.ts';
import { laneOf, newMessageId } from '../../../src/lanes/lane.ts';
import { readOutbound, storeInbound } from '../../../src/lanes/stored.ts';
import { user } from '../../support/desk.ts';
import { claimAll, JULIET, PAPER } from '../../support/paper.ts';
import { Asking, NURSE } from './asking.ts';

let asking: Asking;

beforeEach(() => {
  asking = new Asking();
});

const stateOf = async (id: Parameters<typeof asking.bench.lanes.read>[0]) =>
  (await asking.bench.lanes.read(id))?.state;

/** What waits for a user, of any kind. */
async function inbound(kind: 'text' | 'receipt') {
  const lane = laneOf({ transport: PAPER, account: JULIET, peer: 'romeo' as PeerId }, 'inbound');
  const id = newMessageId(lane.partition, asking.bench.clock.now);
  const event =
    kind === 'text'
      ? storeInbound({ v: 1, kind, to: JULIET, from: 'romeo', text: 'hi' })
      : storeInbound({ v: 1, kind, to: `${JULIET}/x`, from: 'romeo', of: 's1', about: id });
  const times = { acceptedAt: asking.bench.clock.now, deadlineAt: asking.bench.clock.now + 1_000 };
  await asking.bench.lanes.push([{ id, lane, event, ...times, duplicateKeys: [] }]);
  return id;
}

describe('retry', () => {
  it('has a message tried at once that waits for another attempt', async () => {
    const id = await asking.delayed();
    expect(await claimAll(asking.bench.lanes, 'outbound')).toEqual([]);
    const { text, done } = await asking.ask(`retry ${id}`);
    expect(text).toBe(`${id}: is tried now.`);
    expect(done).toBe(true);
    expect(await claimAll(asking.bench.lanes, 'outbound')).toHaveLength(1);
    expect(asking.desk.woken).toHaveLength(1);
    expect(asking.bench.history.steps.at(-1)).toMatchObject({
      ...{ message: id, what: 'hurried', detail: 'by the command line' },
    });
  });

  it('does not say of one that may have been sent that it is tried, and writes a wish down once', async () => {
    const id = await asking.written();
    const unknown = new DeliveryError({ kind: 'unknown-outcome' }, 'nobody answered');
    asking.bench.deliver = () => Promise.reject(unknown);
    await asking.bench.serve();
    expect(await stateOf(id)).toBe('unknown');
    const { text } = await asking.ask(`retry ${id}`);
    expect(text).toContain(`${id}: is being looked into: it may have been sent`);
    expect((await asking.ask(`retry ${id}`)).text).toBe(text);
    expect(asking.desk.woken).toHaveLength(2);
    const hurried = asking.bench.history.steps.filter(({ what }) => what === 'hurried');
    expect(hurried).toHaveLength(1);
    await claimAll(asking.bench.lanes, 'outbound');
    expect((await asking.ask(`retry ${id}`)).text).toContain('is under way');
  });

  it('says what stands in the way', async () => {
    const first = await asking.delayed();
    const second = await asking.written();
    const { lane } = (await asking.bench.lanes.read(second)) ?? expect.fail();
    await asking.bench.lanes.notePause(lane.channel, 60_000);
    asking.desk.served = false;
    const { text } = await asking.ask(`retry ${second}`);
    expect(text).toContain('is tried now, behind those that came before it.');
    expect(text).toContain('No gateway is running for paper');
    expect(text).toContain('The network has asked paper to wait until');
    await claimAll(asking.bench.lanes, 'outbound');
    expect((await asking.ask(`retry ${first}`)).text).toContain('is under way, or comes next');
  });

  it('has everything tried at once that waits for another attempt, but what is on hold', async () => {
    const [first, second] = [await asking.delayed(), await asking.delayed(NURSE)];
    const held = await asking.delayed(JULIET, 'paris');
    await asking.ask(`hold ${held}`);
    await asking.written(NURSE, 'paris');
    asking.desk.served = false;
    const { text, data } = await asking.ask('retry all');
    expect(text).toMatch(/^2 conversations that waited for another attempt are tried now\./);
    expect(text).toContain('No gateway is running for paper');
    expect(data).toEqual({ tried: 2 });
    const hurried = asking.bench.history.steps.filter(({ what }) => what === 'hurried');
    expect(hurried.map(({ message }) => message).sort()).toEqual([first, second].sort());
    expect(await claimAll(asking.bench.lanes, 'outbound')).toHaveLength(3);
    expect((await asking.ask('retry ALL paper')).text).toBe('Nothing waits for another attempt.');
  });

  it('has everything tried for administrators alone', async () => {
    await asking.delayed();
    await expect(asking.ask('retry all', user())).rejects.toThrow('for the administrators');
    await expect(asking.ask(`retry all ${JULIET}`)).rejects.toThrow('Say "retry all"');
    expect(await claimAll(asking.bench.lanes, 'outbound')).toEqual([]);
  });

  it('does to each what can be done, and says of each what was', async () => {
    const id = await asking.delayed();
    const { text, data, done } = await asking.ask(`retry nothing ${id}`);
    expect(text).toBe(
      `nothing: I know no message nothing. "queue" lists what waits.\n${id}: is tried now.`,
    );
    expect(data).toMatchObject({ messages: [{ done: false }, { message: id, done: true }] });
    expect(done).toBe(false);
    await expect(asking.ask('retry')).rejects.toThrow('Say which message');
  });

  it('has one tried once more that was put aside: its sender is told, and gets no receipt', async () => {
    const id = await asking.poisoned();
    const { text } = await asking.ask(`retry ${id}`);
    expect(text).toBe(`${id}: is tried once more. Its sender is told.`);
    const entry = (await asking.bench.lanes.read(id)) ?? expect.fail();
    expect(entry).toMatchObject({ state: 'waiting', attempts: 0, crashes: 0 });
    expect(entry.deadlineAt).toBe(asking.bench.clock.now + asking.bench.capabilities.deadlineMs);
    expect(readOutbound(entry.event)).toMatchObject({
      text: 'wherefore',
      reply: { toldFailed: true },
    });
    asking.bench.deliver = async () => ({ networkIds: [], delivered: true });
    await asking.bench.serve();
    expect(await asking.bench.told()).toMatchObject([
      { kind: 'error', about: id },
      { kind: 'text', text: expect.stringMatching(/^⚠ The gateway failed/) },
      { kind: 'text', text: expect.stringMatching(/^↻ You were told that this message failed/) },
      { kind: 'text', text: '✓ Delivered after all:\n> wherefore' },
    ]);
  });

  it('lets a user hurry his own, by its number, once a minute', async () => {
    await asking.delayed();
    await asking.ask('', user());
    const early = await asking.askFor(retry, '1', user());
    expect(early.text).toContain('It was tried 0 seconds ago. Ask again in 60 seconds.');
    asking.bench.clock.pass(60_000);
    await asking.ask('', user());
    expect((await asking.askFor(retry, '1', user())).done).toBe(true);
  });

  it('lets no user have one tried again at which the gateway failed, nor one of another', async () => {
    const id = await asking.poisoned();
    const own = await asking.askFor(retry, id, user());
    expect(own).toMatchObject({ text: expect.stringContaining('only its operator'), done: false });
    const theirs = await asking.delayed(NURSE, 'paris');
    const foreign = await asking.askFor(retry, theirs, user());
    expect(foreign).toMatchObject({
      text: expect.stringContaining('I know no message'),
      done: false,
    });
  });
});

describe('discard', () => {
  it('takes back what waits, and its sender gets one error for it', async () => {
    const id = await asking.delayed();
    const { text } = await asking.ask(`discard ${id}`);
    expect(text).toBe(`${id}: is discarded. Its sender is told.`);
    expect(await stateOf(id)).toBeUndefined();
    expect(await asking.bench.told()).toMatchObject([
      {
        ...{ kind: 'error', of: 's1', about: id },
        refusal: { text: 'The operator took this message out: it was not sent.' },
      },
    ]);
    expect(asking.bench.history.kinds.at(-1)).toBe('discarded');
    await expect(asking.ask(`show ${id}`)).rejects.toThrow('not in the queue any more');
  });

  it('says of one that was sent in part that it was', async () => {
    const id = await asking.written();
    const [claim] = await claimAll(asking.bench.lanes, 'outbound');
    if (claim === undefined) throw new Error('nothing to claim');
    const part = { part: 0, networkId: 'n0' as never };
    await asking.bench.lanes.partSent(claim, id, part);
    const settlements = [{ kind: 'later', afterMs: 60_000 } as const];
    await asking.bench.lanes.settle([{ claim, settlements, reports: [], next: 0, leaseMs: 1 }]);
    await asking.ask(`discard ${id}`);
    expect(await asking.bench.told()).toMatchObject([
      { refusal: { text: 'The operator took this message out: only its beginning was sent.' } },
    ]);
  });

  it('does not call back what is under way, and tells nobody that it did', async () => {
    const id = await asking.written();
    await claimAll(asking.bench.lanes, 'outbound');
    const { text, done } = await asking.ask(`discard ${id}`);
    expect(text).toBe(`${id}: is under way: it can not be called back now.`);
    expect(done).toBe(false);
    expect(await stateOf(id)).toBe('sending');
    expect(await asking.bench.told()).toEqual([]);
  });

  it('looks again where it was tried meanwhile', async () => {
    const id = await asking.written();
    const { lanes } = asking.bench;
    const { withdraw } = asking.desk.lanes;
    let before: (() => Promise<unknown>) | undefined = () => asking.bench.serve();
    asking.bench.deliver = () => Promise.reject(new Error('nobody answers'));
    Object.assign(asking.desk, {
      lanes: {
        ...lanes,
        async withdraw(...args: Parameters<typeof withdraw>) {
          await before?.();
          before = undefined;
          return await lanes.withdraw(...args);
        },
      },
    });
    expect((await asking.ask(`discard ${id}`)).text).toBe(
      `${id}: is discarded. Its sender is told.`,
    );
  });

  it('ends for good what was put aside; nobody is told twice', async () => {
    const id = await asking.poisoned();
    const told = await asking.bench.told();
    expect((await asking.ask(`discard ${id}`)).text).toContain('is discarded.');
    expect(await stateOf(id)).toBeUndefined();
    expect(told).toHaveLength(2);
    expect(await asking.bench.told()).toEqual([]);
  });

  it('takes back what came from the network, and no answer that a sender waits for', async () => {
    const text = await inbound('text');
    const receipt = await inbound('receipt');
    expect((await asking.ask(`discard ${text}`)).text).toContain('It came from the network');
    const kept = await asking.ask(`discard ${receipt}`);
    expect(kept).toMatchObject({
      text: expect.stringContaining('can not be discarded'),
      done: false,
    });
    expect(await stateOf(receipt)).toBe('waiting');
  });

  it('is for a user what he takes back himself, and only his own', async () => {
    const id = await asking.written();
    asking.bench.clock.pass(60_000);
    const { text } = await asking.askFor(discard, id, user());
    expect(text).toBe(`${id}: is discarded. Your client gets an error for it.`);
    expect(await asking.bench.told()).toMatchObject([
      { kind: 'error', refusal: { text: 'You took this message back: it was not sent.' } },
    ]);
    const theirs = await asking.written(NURSE, 'paris');
    expect((await asking.askFor(discard, theirs, user())).done).toBe(false);
    expect(await stateOf(theirs)).toBe('waiting');
  });

  it('is asked about where somebody can answer', () => {
    expect(discard.danger?.({ words: ['a', 'b'] })).toBe('Discard 2 messages for good?');
    expect(retry.danger).toBeUndefined();
  });
});
