import { beforeEach, describe, expect, it } from 'vitest';
import type {
  DeliveryStatus,
  EventId,
  InboundMessage,
  NetworkMessageId,
  OwnAddress,
  PeerId,
} from '../../../src/contract/index.ts';
import type { Opening } from '../../../src/opening/messages.ts';
import { LEASE_MS, serveOnce } from '../../support/paper.ts';
import { KeptBench, OPENED } from './kept-bench.ts';

const DAY_MS = 24 * 3_600_000;
const FAILED: Opening = { is: 'failed', why: 'its worker ended' };

let bench: KeptBench;

beforeEach(() => {
  bench = new KeptBench();
});

function message(text: string): InboundMessage {
  return {
    kind: 'message',
    eventId: text as EventId,
    to: 'one' as OwnAddress,
    from: 'romeo' as PeerId,
    text,
  };
}

const news: DeliveryStatus = {
  kind: 'status',
  of: { networkId: 'n1' as NetworkMessageId },
  state: { is: 'delivered' },
};

/** What was put aside. */
const deadLetters = () => bench.store.deadLetters(100);

describe('what is opened', () => {
  it('becomes the events that the adapter makes of it, and is let go', async () => {
    const seen: unknown[] = [];
    bench.eventsOf = async (opened, kept) => {
      seen.push(opened, kept.envelope, kept.keptAt, kept.raw);
      return [news, message('one'), message('two')];
    };
    const keptAt = bench.clock.now;
    await bench.keep();
    bench.clock.pass(1_000);
    await bench.serve();
    expect(seen).toEqual(['what it says', 'envelope', keptAt, Buffer.from('raw')]);
    expect(bench.received.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(bench.news).toEqual([news]);
    expect(await bench.waiting()).toEqual([]);
    expect(bench.history.steps.at(-1)).toMatchObject({
      what: 'opened',
      detail: '2 messages, 1 news',
    });
  });

  it('may be nothing', async () => {
    await bench.keep();
    await bench.serve();
    expect(await bench.waiting()).toEqual([]);
    expect(await deadLetters()).toEqual([]);
  });

  it('waits while the store does not take it, longer each time, and is no suspect for that', async () => {
    bench.eventsOf = async () => [message('one')];
    bench.receive = () => Promise.reject(new Error('down'));
    await bench.keep();
    for (const seconds of [1, 2, 3, 4, 5]) {
      await bench.serve();
      bench.clock.pass(seconds * 1_000 - 1);
      expect(await bench.serve()).toEqual([]);
      bench.clock.pass(1);
    }
    bench.receive = async () => undefined;
    await bench.serve();
    expect(bench.received).toHaveLength(1);
    expect(bench.opens).toHaveLength(6);
    expect(bench.opens.some(({ alone }) => alone)).toBe(false);
    expect(await bench.waiting()).toEqual([]);
  });
});

describe('what can not be opened now', () => {
  it('is tried again when it was said, however often, and is no suspect', async () => {
    bench.open = async () => ({ is: 'later', afterMs: 60_000 });
    await bench.keep();
    for (let i = 0; i < 10; i++) {
      await bench.serve();
      bench.clock.pass(59_999);
      expect(await bench.serve()).toEqual([]);
      bench.clock.pass(1);
    }
    bench.open = async () => OPENED;
    await bench.serve();
    expect(bench.opens).toHaveLength(11);
    expect(bench.opens.some(({ alone }) => alone)).toBe(false);
    expect(bench.parked).toEqual([]);
  });

  it('is put aside after a day', async () => {
    bench.open = async () => ({ is: 'later', afterMs: 7 * DAY_MS });
    await bench.keep();
    await bench.serve();
    bench.clock.pass(DAY_MS);
    await bench.serve();
    expect(bench.parked).toEqual(['it could not be opened in time: it can not be opened now']);
    expect(await deadLetters()).toHaveLength(1);
    expect(bench.history.kinds.slice(-2)).toEqual(['expired', 'parked']);
  });

  it('is tried after that day, where nobody was there to try it', async () => {
    bench.eventsOf = async () => [message('one')];
    await bench.keep();
    bench.clock.pass(2 * DAY_MS);
    await bench.serve();
    expect(bench.received).toHaveLength(1);
    expect(bench.parked).toEqual([]);
  });
});

describe('what fails', () => {
  it('is tried alone, and put aside when that has failed twice more', async () => {
    bench.open = async () => FAILED;
    await bench.keep();
    await bench.serve();
    bench.clock.pass(2_000);
    await bench.serve();
    bench.clock.pass(3_999);
    expect(await bench.serve()).toEqual([]);
    bench.clock.pass(1);
    await bench.serve();
    expect(bench.opens.map(({ alone }) => alone)).toEqual([false, true, true]);
    expect(bench.parked).toEqual(['its worker ended (3 times)']);
    expect(await deadLetters()).toHaveLength(1);
  });

  it('is tried alone, and passes when it was not to blame', async () => {
    bench.open = async (_, alone) => (alone ? OPENED : FAILED);
    bench.eventsOf = async () => [message('one')];
    await bench.keep();
    await bench.serve();
    bench.clock.pass(2_000);
    await bench.serve();
    expect(bench.received).toHaveLength(1);
    expect(await bench.waiting()).toEqual([]);
  });

  it('in the adapter, too, is put aside after three times', async () => {
    bench.eventsOf = () => Promise.reject(new TypeError('not a mail'));
    await bench.keep();
    for (let i = 0; i < 3; i++) {
      await bench.serve();
      bench.clock.pass(10_000);
    }
    expect(bench.errors).toHaveLength(3);
    expect(bench.parked).toEqual(['the adapter met an error (3 times)']);
  });

  it('is one suspect at a time: the others wait, and are not blamed', async () => {
    bench.open = async () => FAILED;
    for (let i = 0; i < 3; i++) await bench.keep();
    await bench.serve();
    bench.clock.pass(2_000);
    bench.opens.length = 0;
    const open = Promise.withResolvers<Opening>();
    bench.open = () => open.promise;
    const [one, two, three] = await servedTogether();
    expect(bench.opens).toHaveLength(1);
    expect([two, three]).toMatchObject([{ kind: 'later' }, { kind: 'later' }]);
    open.resolve(OPENED);
    expect(await one).toMatchObject({ kind: 'terminal' });
  });
});

/** All that is due at once, as a drain does; what is settled first comes last here. */
async function servedTogether() {
  const { claims } = await bench.store.claim({
    ...{ channel: 'paper.k' as never, holder: 'test', leaseMs: LEASE_MS, lanes: 100, perLane: 1 },
    partitions: Array.from({ length: 64 }, (_, partition) => partition),
  });
  const turn = {
    ...{ signal: new AbortController().signal, live: () => true },
    ...{ reopen: async () => true, partSent: async () => true },
  };
  const served = claims.map((claim) => bench.server.serve(claim, turn));
  const [first, ...others] = served.map(async (each) => (await each).settlements[0]);
  return [first, ...(await Promise.all(others))];
}

describe('what an earlier process had under way', () => {
  it('is opened again, under a new intent', async () => {
    bench.eventsOf = async () => [message('one')];
    await bench.keep();
    await bench.crash();
    await bench.serve();
    expect(bench.opens.map(({ alone }) => alone)).toEqual([false, true]);
    expect(bench.received).toHaveLength(2);
    expect(await bench.waiting()).toEqual([]);
  });

  it('is left alone where another one has it', async () => {
    await bench.keep();
    await bench.crash();
    bench.opens.length = 0;
    const served = await serveOnce(bench.store, 'kept', bench.server, {
      turn: { reopen: async () => false },
    });
    expect(served).toMatchObject([{ settlements: [{ kind: 'untouched' }] }]);
    expect(bench.opens).toEqual([]);
  });

  it('is put aside when it was open in three crashes; what was open beside it passes', async () => {
    bench.eventsOf = async (_, { envelope }) => [message(envelope)];
    await bench.keep({ envelope: 'kills' });
    for (let i = 0; i < 15; i++) await bench.keep({ envelope: `innocent ${i}` });
    // Every process dies of it, whatever else is open by then.
    const dies = new Error('the process is dead');
    bench.open = async ({ envelope }) => {
      if (envelope === 'kills') throw dies;
      return OPENED;
    };
    for (let process = 1; process <= 20 && bench.parked.length === 0; process++) {
      await untilDeath(dies);
    }
    expect(bench.parked).toEqual(['3 attempts ended in a crash']);
    await rest();
    expect(new Set(bench.received.map(({ text }) => text)).size).toBe(15);
    expect(await deadLetters()).toHaveLength(1);
  });
});

/** One process, which serves side by side what is due until it dies; nothing is settled after that. */
async function untilDeath(dies: Error): Promise<void> {
  const { store } = bench;
  for (let round = 0; round < 50 && bench.parked.length === 0; round++) {
    const { claims } = await store.claim({
      ...{ channel: 'paper.k' as never, holder: 'p', leaseMs: LEASE_MS, lanes: 16, perLane: 1 },
      partitions: Array.from({ length: 64 }, (_, partition) => partition),
    });
    let dead = false;
    await Promise.all(
      claims.map(async (claim) => {
        try {
          const { settlements, reports } = await bench.server.serve(claim, {
            ...{ signal: new AbortController().signal, live: () => true },
            reopen: (id) => store.reopen(claim, id),
            partSent: async () => true,
          });
          if (dead) return;
          await store.settle([{ claim, settlements, reports, next: 0, leaseMs: LEASE_MS }]);
        } catch (error) {
          if (error !== dies) throw error;
          dead = true;
        }
      }),
    );
    bench.clock.pass(dead ? LEASE_MS : 5_000);
    if (!dead) continue;
    bench.server = bench.begin();
    return;
  }
}

async function rest(): Promise<void> {
  for (let round = 0; round < 50; round++) {
    await bench.serve();
    bench.clock.pass(5_000);
  }
}

describe('what is stored in a way that this version can not read', () => {
  it('is put aside, and not opened', async () => {
    await bench.keep();
    const [entry] = await bench.waiting();
    if (entry === undefined) throw new Error('nothing was kept');
    for (const event of [
      '',
      '{}',
      '2 kept 3\nabc',
      '1 kept x\nabc',
      '1 kept -1\nabc',
      '1 kept \nabc',
    ]) {
      const claim = {
        lane: entry.lane,
        token: 1,
        entries: [{ ...entry, event, interrupted: false }],
      };
      const turn = {
        ...{ signal: new AbortController().signal, live: () => true },
        ...{ reopen: async () => true, partSent: async () => true },
      };
      expect(await bench.server.serve(claim, turn)).toMatchObject({
        settlements: [{ kind: 'terminal', keep: true }],
      });
    }
    expect(bench.opens).toEqual([]);
    expect(bench.parked).toEqual(
      Array(6).fill('what is stored can not be read: not version 1 of what is kept'),
    );
  });
});
