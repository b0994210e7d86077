import { beforeEach, describe, expect, it } from 'vitest';
import { DeliveryError, type PeerId, type Refusal } from '../../../src/contract/index.ts';
import { LOST_ACCOUNT_IN_DOUBT } from '../../../src/outbound/texts.ts';
import { claimAll, LEASE_MS } from '../../support/paper.ts';
import { id, OutboundBench, text } from './outbound-bench.ts';

const NO: Refusal = { condition: 'item-not-found', type: 'cancel', text: 'Nobody is there.' };

let bench: OutboundBench;

beforeEach(() => {
  bench = new OutboundBench();
});

async function accepted(...bodies: string[]) {
  for (const body of bodies) bench.accept(text(body));
  await bench.stored();
}

/** A holder writes its intent, and is never heard of again. */
async function crash() {
  const [claim] = await claimAll(bench.lanes, 'outbound', { holder: 'crashed' });
  const [entry] = claim?.entries ?? [];
  if (claim !== undefined && entry?.interrupted === true) await bench.lanes.reopen(claim, entry.id);
  bench.clock.pass(LEASE_MS + 1);
  return entry;
}

describe('a network that takes the message', () => {
  it('ends it without a word where it never tells more', async () => {
    bench.capabilities = { ...bench.capabilities, receipts: 'none' };
    bench.deliver = async () => ({ networkIds: [id('n7')] });
    await accepted('hi');
    await bench.serve();
    expect(bench.history.kinds).toEqual(['accepted', 'attempt', 'handed']);
    expect(bench.history.named('n7')).toHaveLength(1);
    expect(await bench.told()).toEqual([]);
  });

  it('gives the tick only when the device has it', async () => {
    bench.deliver = async () => ({ networkIds: [id('n1')] });
    await accepted('hi');
    await bench.serve();
    expect(await bench.told()).toEqual([]);
    await bench.desk.receive({
      kind: 'status',
      of: { networkId: id('n1') },
      state: { is: 'delivered' },
    });
    expect(await bench.told()).toMatchObject([{ kind: 'receipt', from: 'romeo' }]);
  });

  it('gives it at once where the answer proves it', async () => {
    bench.deliver = async () => ({ networkIds: [id('n1')], delivered: true });
    await accepted('hi');
    await bench.serve();
    expect(await bench.told()).toMatchObject([{ kind: 'receipt' }]);
  });

  it('gets the next message only after the first', async () => {
    await accepted('one', 'two');
    await bench.serve();
    expect(bench.sent.map((message) => message.text)).toEqual(['one']);
    await bench.serve();
    expect(bench.sent.map((message) => message.text)).toEqual(['one', 'two']);
  });
});

describe('a network that refuses', () => {
  it('for good: the sender is told, the lane goes on', async () => {
    bench.deliver = async () => {
      throw new DeliveryError({ kind: 'never', refusal: NO }, 'no such peer');
    };
    await accepted('one', 'two');
    await bench.serve();
    await bench.serve();
    expect(await bench.told()).toMatchObject([
      { kind: 'error', refusal: NO },
      { kind: 'error', refusal: NO },
    ]);
  });

  it('for now: nothing overtakes, and it is tried again', async () => {
    let calls = 0;
    bench.deliver = async () => {
      if (++calls === 1) throw new DeliveryError({ kind: 'later', afterMs: 1_000 }, 'busy');
      return { networkIds: [] };
    };
    await accepted('one', 'two');
    await bench.serve();
    await bench.serve();
    expect(bench.sent).toHaveLength(1);
    bench.clock.pass(1_000);
    await bench.serve();
    await bench.serve();
    expect(bench.sent.map((message) => message.text)).toEqual(['one', 'one', 'two']);
    expect(await bench.told()).toEqual([]);
  });

  it('for now until the deadline, and has a part of it: the sender is told that', async () => {
    bench.deliver = async (_message, attempt) => {
      if (!attempt.sentParts.has(0)) await attempt.partSent(0, id('p0'), 2);
      bench.clock.pass(bench.capabilities.deadlineMs);
      throw new DeliveryError({ kind: 'later' }, 'down');
    };
    await accepted('hi');
    await bench.serve();
    bench.clock.pass(1_000);
    await bench.serve();
    expect(await bench.told()).toMatchObject([
      { kind: 'error', refusal: { text: expect.stringMatching(/^Only the beginning/) } },
      { kind: 'text', text: expect.stringMatching(/^⚠ Only the beginning.*\n> hi$/) },
    ]);
  });

  it('for now: every attempt knows the deadline of the message', async () => {
    const deadlines: number[] = [];
    bench.deliver = async (_message, attempt) => {
      deadlines.push(attempt.deadlineAt);
      throw new DeliveryError({ kind: 'later' }, 'down');
    };
    const deadlineAt = bench.clock.read() + bench.capabilities.deadlineMs;
    await accepted('hi');
    await bench.serve();
    bench.clock.pass(60_000);
    await bench.serve();
    expect(deadlines).toEqual([deadlineAt, deadlineAt]);
  });

  it('for now until the deadline: then the sender is told once, and in words that wait for him', async () => {
    bench.deliver = async () => {
      throw new DeliveryError({ kind: 'later' }, 'down');
    };
    await accepted('hi');
    for (let i = 0; i < 200; i++) {
      await bench.serve();
      bench.clock.pass(60_000);
    }
    expect(await bench.told()).toMatchObject([
      { kind: 'error', refusal: { condition: 'remote-server-timeout' } },
      {
        kind: 'text',
        to: 'juliet@example.org',
        from: 'romeo',
        text: expect.stringMatching(/^⚠ This message was not sent.*\n> hi$/),
      },
    ]);
    expect(bench.history.kinds.at(-1)).toBe('expired');
  });

  it('everybody: the channel pauses', async () => {
    bench.deliver = async () => {
      throw new DeliveryError({ kind: 'later', afterMs: 7_000, scope: 'transport' }, 'slow down');
    };
    await accepted('hi');
    const [served] = await bench.serve();
    expect(served?.pauseMs).toBe(7_000);
  });

  it('everybody, but not for as long as a message that was tried often', async () => {
    bench.deliver = async () => {
      throw new DeliveryError({ kind: 'later', scope: 'transport' }, 'a wrong password');
    };
    await accepted('hi');
    const pauses: (number | undefined)[] = [];
    for (let attempts = 0; attempts < 5; attempts += 1) {
      const [served] = await bench.serve();
      pauses.push(served?.pauseMs);
      bench.clock.pass(400_000);
    }
    expect(pauses[0]).toBe(5_000);
    expect(Math.max(...pauses.map(Number))).toBe(60_000);
  });
});

describe('an outcome that nobody saw', () => {
  it('is never repeated blindly', async () => {
    bench.deliver = async (_message, attempt) => {
      attempt.leave(0);
      throw new Error('the line went dead');
    };
    await accepted('hi');
    await bench.serve();
    bench.clock.pass(2_000);
    await bench.serve();
    expect(bench.sent).toHaveLength(1);
    const [told] = await bench.told();
    expect(told).toMatchObject({ kind: 'error' });
    expect(told?.kind === 'error' && told.refusal.text).toContain('may have been sent');
  });

  it('is met less and less often where the network fails in the same way again', async () => {
    bench.deliver = async (_message, attempt) => {
      attempt.leave(0);
      throw new Error('503');
    };
    bench.reconcile = async () => ({ result: 'absent' });
    await accepted('hi');
    for (const waitMs of [2_000, 5_000, 15_000, 60_000]) {
      await bench.serve();
      const attempts = bench.sent.length;
      bench.clock.pass(waitMs - 1);
      await bench.serve();
      expect(bench.sent).toHaveLength(attempts);
      bench.clock.pass(1);
    }
  });

  it('is an ordinary fault before anything has left', async () => {
    bench.deliver = async () => {
      throw new Error('no route');
    };
    await accepted('hi');
    await bench.serve();
    bench.clock.pass(5_000);
    await bench.serve();
    expect(bench.sent).toHaveLength(2);
  });

  it('after a crash is asked for, and found', async () => {
    await accepted('hi');
    await crash();
    bench.reconcile = async () => ({ result: 'handed', handed: { networkIds: [id('n1')] } });
    await bench.serve();
    expect(bench.sent).toEqual([]);
    expect(bench.history.kinds).toContain('reconciled');
    expect(await bench.lanes.whose('paper' as never, id('n1'))).toBeDefined();
  });

  it('after a crash is over where it is in the archive of the room', async () => {
    bench.openDoor().acceptFor({ kind: 'room-message', peer: 'garden' as PeerId }, text('hi'));
    await bench.stored();
    const entry = await crash();
    if (entry !== undefined) bench.saidInRooms.add(entry.id);
    await bench.serve();
    expect(bench.sent).toEqual([]);
    expect(bench.history.kinds).toContain('reconciled');
    expect(await bench.told()).toEqual([]);
    expect(await bench.serve()).toEqual([]);
  });

  it('after a crash is asked for, and sent when it is certainly not there', async () => {
    await accepted('hi');
    await crash();
    bench.reconcile = async () => ({ result: 'absent' });
    await bench.serve();
    expect(bench.sent).toHaveLength(1);
    expect(await bench.told()).toEqual([]);
  });

  it('is waited for while the network can not tell yet', async () => {
    await accepted('hi');
    await crash();
    bench.reconcile = async () => ({ result: 'ask-later', afterMs: 5_000 });
    await bench.serve();
    bench.clock.pass(4_999);
    expect(await bench.serve()).toEqual([]);
    bench.reconcile = async () => ({ result: 'absent' });
    bench.clock.pass(1);
    await bench.serve();
    expect(bench.sent).toHaveLength(1);
  });

  it('is told soon where nobody can be asked, however often the message had to wait before', async () => {
    await accepted('hi');
    bench.deliver = async () => {
      throw new DeliveryError({ kind: 'later', afterMs: 1_000 }, 'not yet');
    };
    for (let attempts = 1; attempts <= 6; attempts++) {
      await bench.serve();
      bench.clock.pass(1_000);
    }
    bench.deliver = async () => {
      throw new DeliveryError({ kind: 'unknown-outcome' }, 'no answer');
    };
    await bench.serve();
    expect(await bench.told()).toEqual([]);
    bench.clock.pass(2_000);
    await bench.serve();
    expect(await bench.told()).toHaveLength(1);
  });

  it('is repeated where a repeat is recognised', async () => {
    bench.capabilities = { ...bench.capabilities, resend: 'deduplicated' };
    await accepted('hi');
    await crash();
    await bench.serve();
    expect(bench.sent).toHaveLength(1);
  });

  it('is repeated where the operator wants it so', async () => {
    bench.unknownOutcome = 'resend';
    await accepted('hi');
    await crash();
    await bench.serve();
    expect(bench.sent).toHaveLength(1);
  });

  it('goes on with the parts that are missing', async () => {
    await accepted('hi');
    await crash();
    bench.reconcile = async () => ({ result: 'part', part: 0, id: id('p0') });
    let known: unknown;
    bench.deliver = async (_message, attempt) => {
      known = [...attempt.sentParts];
      return { networkIds: [id('p0'), id('p1')] };
    };
    await bench.serve();
    expect(known).toEqual([[0, 'p0']]);
  });

  it('three times by a crash: parked, its sender told, the lane goes on', async () => {
    await accepted('poison', 'after it');
    for (let i = 0; i < 3; i++) await crash();
    await bench.serve();
    expect(bench.parked).toHaveLength(1);
    expect(await bench.lanes.deadLetters(10)).toHaveLength(1);
    await bench.serve();
    expect(bench.sent.map((message) => message.text)).toEqual(['after it']);
    expect(await bench.told()).toMatchObject([{ kind: 'error' }, { kind: 'text' }]);
  });
});

describe('a turn that is over', () => {
  it('lets nothing leave', async () => {
    let left = false;
    bench.deliver = async (_message, attempt) => {
      attempt.leave(0);
      left = true;
      return { networkIds: [] };
    };
    await accepted('hi');
    const [claim] = await claimAll(bench.lanes, 'outbound');
    if (claim === undefined) throw new Error('nothing was claimed');
    const served = await bench.server().serve(claim, {
      signal: new AbortController().signal,
      live: () => false,
      reopen: async () => false,
      partSent: async () => false,
    });
    expect(left).toBe(false);
    expect(served.settlements).toMatchObject([{ kind: 'later' }]);
  });
});

it('what was said in a room is shown to its sender when the hand-over is stored, and not before', async () => {
  bench.openDoor().acceptFor({ kind: 'room-message', peer: 'garden' as PeerId }, text('hi'));
  await bench.stored();
  const [claim] = await claimAll(bench.lanes, 'outbound');
  if (claim === undefined) throw new Error('nothing was claimed');
  const server = bench.server();
  const served = await server.serve(claim, {
    signal: new AbortController().signal,
    live: () => true,
    reopen: async () => false,
    partSent: async () => false,
  });
  expect(bench.saidInRooms.size).toBe(1);
  expect(bench.seenInRooms).toEqual([]);
  server.settled?.(claim, served, []);
  expect(bench.seenInRooms).toEqual([...bench.saidInRooms]);
});

describe('an account that is gone', () => {
  it('ends its messages, and their sender is told', async () => {
    await accepted('hi');
    await bench.accounts.unregister('juliet@example.org' as never);
    await bench.serve();
    expect(bench.sent).toEqual([]);
    expect(await bench.told()).toMatchObject([
      { kind: 'error', refusal: { condition: 'registration-required' } },
    ]);
  });

  it('with an attempt that nobody saw the end of: the sender is not told that nothing was sent', async () => {
    await accepted('hi');
    await crash();
    await bench.accounts.unregister('juliet@example.org' as never);
    await bench.serve();
    expect(await bench.told()).toMatchObject([
      { kind: 'error', refusal: LOST_ACCOUNT_IN_DOUBT },
      { kind: 'text' },
    ]);
  });
});
