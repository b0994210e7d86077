import { beforeEach, describe, expect, it } from 'vitest';
import { DeliveryError, refused } from '../../../src/contract/index.ts';
import { BROKEN } from '../../../src/outbound/refusals.ts';
import { claimAll, LEASE_MS } from '../../support/paper.ts';
import { OutboundBench, text } from './outbound-bench.ts';

let bench: OutboundBench;

beforeEach(() => {
  bench = new OutboundBench();
});

describe('what the adapter prepared', () => {
  it('is the same in every attempt, also in that of another process', async () => {
    bench.capabilities = { ...bench.capabilities, resend: 'deduplicated' };
    let count = 0;
    bench.prepare = ({ id }) => `${id} ${++count}`;
    bench.deliver = async () => {
      throw new DeliveryError({ kind: 'later', afterMs: 1_000 }, 'busy');
    };
    bench.accept(text('hi'));
    await bench.stored();
    await bench.serve();
    bench.clock.pass(1_000);
    await bench.serve();
    // A process takes it, and dies.
    bench.clock.pass(1_000);
    await claimAll(bench.lanes, 'outbound');
    bench.clock.pass(LEASE_MS);
    await bench.serve();
    const [first] = bench.sent;
    expect(bench.sent.map(({ prepared }) => prepared)).toEqual(Array(3).fill(`${first?.id} 1`));
  });

  it('is prepared after the message was assessed, in the order of the stanzas', async () => {
    const order: string[] = [];
    bench.prepare = ({ text: body }) => {
      order.push(body);
      return '';
    };
    for (const body of ['one', 'two', 'three']) bench.accept(text(body));
    expect(order).toEqual(['one', 'two', 'three']);
    await bench.stored();
    await bench.serve();
    expect(bench.sent[0]).toMatchObject({ text: 'one', prepared: '' });
  });

  it.each([
    ['is more than 16 KiB', () => 'ü'.repeat(8 * 1024 + 1), BROKEN, 1],
    [
      'can not be made',
      () => {
        throw refused('not-acceptable', 'modify', 'Not to this one.');
      },
      { condition: 'not-acceptable', text: 'Not to this one.' },
      0,
    ],
  ])('%s: the sender is told, and pays nothing', async (_, prepare, refusal, errors) => {
    bench.prepare = prepare;
    bench.accept(text('hello'));
    await bench.stored();
    expect(bench.refusals).toMatchObject([refusal]);
    expect(bench.givenBack).toEqual([5]);
    expect(bench.errors).toHaveLength(errors);
    expect(await claimAll(bench.lanes, 'outbound')).toEqual([]);
  });

  it('may be 16 KiB', async () => {
    bench.prepare = () => 'ü'.repeat(8 * 1024);
    bench.accept(text('hello'));
    await bench.stored();
    await bench.serve();
    expect(bench.sent[0]?.prepared).toHaveLength(8 * 1024);
  });
});

it('the network gets the subject, and is told whether a receipt is wanted', async () => {
  bench.capabilities = { ...bench.capabilities, order: 'none' };
  bench.accept(text('one', { subject: 'On balconies', wantsReceipt: true }));
  bench.accept(text('two', { wantsReceipt: false }));
  await bench.stored();
  await bench.serve();
  const sent = bench.sent.filter((event) => event.kind === 'message');
  const seen = sent.map(({ text: body, subject, wantsReceipt }) => ({
    body,
    subject,
    wantsReceipt,
  }));
  expect(seen.sort((a, b) => a.body.localeCompare(b.body))).toEqual([
    { body: 'one', subject: 'On balconies', wantsReceipt: true },
    { body: 'two', subject: undefined, wantsReceipt: false },
  ]);
  expect(bench.sent.every((message) => !('prepared' in message))).toBe(true);
});
