import { beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryStatus, MessageId, Refusal } from '../../../src/contract/index.ts';
import { claimAll } from '../../support/paper.ts';
import { id, OutboundBench, text } from './outbound-bench.ts';

const GONE: Refusal = { condition: 'gone', type: 'cancel', text: 'The number is dead.' };

let bench: OutboundBench;

beforeEach(() => {
  bench = new OutboundBench();
  bench.deliver = async () => ({ networkIds: [id('n1')] });
});

const status = (state: DeliveryStatus['state'], networkId = 'n1'): DeliveryStatus => ({
  kind: 'status',
  of: { networkId: id(networkId) },
  state,
});

const addressed = (
  message: MessageId,
  part: number,
  state: DeliveryStatus['state'],
): DeliveryStatus => ({
  kind: 'status',
  of: { message, part, networkId: id(`n${part}`) },
  state,
});

async function handed() {
  bench.accept(text('hi'));
  await bench.stored();
  await bench.serve();
}

describe('news of a message', () => {
  it('ends it once, whatever else is said later', async () => {
    await handed();
    await bench.desk.receive(status({ is: 'accepted' }));
    await bench.desk.receive(status({ is: 'delivered' }));
    await bench.desk.receive(status({ is: 'delivered' }));
    await bench.desk.receive(status({ is: 'failed', refusal: GONE }));
    expect(await bench.told()).toMatchObject([{ kind: 'receipt' }]);
  });

  it('tells of a failure with its own words', async () => {
    await handed();
    await bench.desk.receive(status({ is: 'failed', refusal: GONE }));
    expect(await bench.told()).toMatchObject([{ kind: 'error', refusal: GONE }]);
  });

  it('may come before the answer that carries its id', async () => {
    await bench.desk.receive(status({ is: 'delivered' }));
    await handed();
    expect(await bench.told()).toMatchObject([{ kind: 'receipt' }]);
  });

  it('may name our id before the network has answered', async () => {
    bench.deliver = async (message) => {
      await bench.desk.receive(addressed(message.id, 0, { is: 'delivered' }));
      return { networkIds: [id('n0')] };
    };
    await handed();
    expect(await bench.told()).toMatchObject([{ kind: 'receipt' }]);
  });

  it('is one receipt for all parts', async () => {
    bench.deliver = async () => ({ networkIds: [id('n0'), id('n1')] });
    await handed();
    await bench.desk.receive(status({ is: 'delivered' }, 'n1'));
    expect(await bench.told()).toEqual([]);
    await bench.desk.receive(status({ is: 'delivered' }, 'n0'));
    expect(await bench.told()).toMatchObject([{ kind: 'receipt' }]);
  });

  it('is one error when any part fails', async () => {
    bench.deliver = async () => ({ networkIds: [id('n0'), id('n1')] });
    await handed();
    await bench.desk.receive(status({ is: 'delivered' }, 'n0'));
    await bench.desk.receive(status({ is: 'failed', refusal: GONE }, 'n1'));
    expect(await bench.told()).toMatchObject([{ kind: 'error' }]);
  });

  it('counts for a message whose answer never came', async () => {
    let ours: MessageId | undefined;
    bench.deliver = async (message, attempt) => {
      attempt.leave(0);
      ours = message.id;
      throw new Error('the line went dead');
    };
    bench.reconcile = async (_message, past) => ({
      result: 'handed',
      handed: { networkIds: [...past.sentParts.values()] },
    });
    await handed();
    if (ours === undefined) throw new Error('nothing was sent');
    await bench.desk.receive(addressed(ours, 0, { is: 'delivered' }));
    bench.clock.pass(2_000);
    await bench.serve();
    expect(bench.sent).toHaveLength(1);
    expect(await bench.told()).toMatchObject([{ kind: 'receipt' }]);
  });

  it('about something unknown is noted, and harmless', async () => {
    expect(await bench.desk.receive(status({ is: 'delivered' }, 'stranger'))).toEqual({
      result: 'noted',
    });
    expect(await claimAll(bench.lanes, 'inbound')).toEqual([]);
  });
});
