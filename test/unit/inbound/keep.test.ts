import { beforeEach, describe, expect, it } from 'vitest';
import type { EventId } from '../../../src/contract/index.ts';
import { NotKeptError } from '../../../src/contract/index.ts';
import { Patience } from '../../../src/inbound/patience.ts';
import { channelOf } from '../../../src/lanes/lane.ts';
import { readKept } from '../../../src/lanes/stored.ts';
import { PAPER } from '../../support/paper.ts';
import { KeptBench, turns } from './kept-bench.ts';

const ONE = 'event-1' as EventId;

let bench: KeptBench;

beforeEach(() => {
  bench = new KeptBench();
});

const kept = async () => (await bench.waiting()).map(({ event }) => readKept(event));

describe('what is kept', () => {
  it('is stored before it resolves, and its opening is asked for', async () => {
    const stored = Promise.withResolvers<void>();
    bench.push = async (entries) => {
      await stored.promise;
      return await bench.store.push(entries);
    };
    let resolved = false;
    const keeping = bench.keep().then(() => {
      resolved = true;
    });
    await turns(20);
    expect(resolved).toBe(false);
    expect(bench.nudged).toEqual([]);
    stored.resolve();
    await keeping;
    const [entry] = await bench.waiting();
    expect(bench.nudged).toEqual([entry?.lane.partition]);
    expect(bench.history.kinds).toEqual(['accepted']);
  });

  it('is what was given, byte for byte, beside an envelope of any form', async () => {
    const raw = Buffer.from(Array.from({ length: 1_024 }, (_, at) => at % 256));
    const envelope = '{"a":"\n1 kept 7\n"}\0 ü \u{1f600}';
    await bench.keep({ raw: raw.subarray(256), envelope });
    await bench.keep({ raw: new Uint8Array(), envelope: '' });
    const [one, other] = (await kept()).sort((a, b) => b.raw.length - a.raw.length);
    expect(one?.envelope).toBe(envelope);
    expect(one?.raw.equals(raw.subarray(256))).toBe(true);
    expect(other).toEqual({ envelope: '', raw: Buffer.alloc(0) });
  });

  it('is one however often the network repeats it, and another without an id', async () => {
    for (let i = 0; i < 100; i++) await bench.keep({ eventId: ONE });
    expect(await kept()).toHaveLength(1);
    await bench.keep({ eventId: 'event-2' as EventId });
    await bench.keep();
    await bench.keep();
    expect(await kept()).toHaveLength(4);
    bench.clock.pass(60_000);
    await bench.keep({ eventId: ONE });
    expect(await kept()).toHaveLength(5);
  });

  it('is one, too, where the network repeats it at once', async () => {
    await Promise.all(Array.from({ length: 50 }, () => bench.keep({ eventId: ONE })));
    expect(await kept()).toHaveLength(1);
    expect(bench.nudged).toHaveLength(1);
  });

  it('is served apart from the rest where it is large', async () => {
    const channels: string[] = [];
    bench.push = (entries) => {
      channels.push(...entries.map(({ lane }) => lane.channel));
      return bench.store.push(entries);
    };
    await bench.keep({ raw: Buffer.alloc(512 * 1024) });
    await bench.keep({ raw: Buffer.alloc(512 * 1024 + 1) });
    expect(channels).toEqual([channelOf(PAPER, 'kept'), channelOf(PAPER, 'kept-large')]);
  });

  it('has an envelope of 64 KiB at most', async () => {
    await bench.keep({ envelope: 'e'.repeat(64 * 1024) });
    await expect(bench.keep({ envelope: 'e'.repeat(64 * 1024 + 1) })).rejects.toThrow('64 KiB');
    expect(await kept()).toHaveLength(1);
  });
});

describe('what is not', () => {
  it.each(['full', 'down', 'stopping'] as const)('while the intake is %s', async (intake) => {
    bench.intake = intake;
    const failure = await bench.keep().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NotKeptError);
    expect(failure).toMatchObject({ intake });
    expect(await kept()).toEqual([]);
  });

  it.each(['store', 'disk'])('because the %s fails, without a word of it', async (which) => {
    const fail = () => Promise.reject(new Error('no space'));
    if (which === 'store') bench.push = fail;
    else bench.setAside = fail;
    const failure = await bench.keep({ raw: Buffer.from('secret') }).catch((e: unknown) => e);
    expect(failure).toMatchObject({ name: 'NotKeptError', intake: 'down' });
    expect(String(failure)).not.toContain('secret');
    expect(bench.errors).toHaveLength(1);
    expect(bench.nudged).toEqual([]);
  });

  it('because the store hangs: and what arrives there after all is one with its repeat', async () => {
    bench.patience = new Patience(1);
    const hangs = Promise.withResolvers<void>();
    const late = Promise.withResolvers<void>();
    bench.push = async (entries) => {
      await hangs.promise;
      const pushed = await bench.store.push(entries);
      late.resolve();
      return pushed;
    };
    await expect(bench.keep({ eventId: ONE })).rejects.toMatchObject({ intake: 'down' });
    expect(await kept()).toEqual([]);
    hangs.resolve();
    await late.promise;
    await turns(5);
    expect(bench.nudged).toHaveLength(1);
    bench.patience = { with: (work) => work };
    await bench.keep({ eventId: ONE });
    expect(await kept()).toHaveLength(1);
    expect(bench.nudged).toHaveLength(1);
  });
});

it('what is written to disk first holds up no other', async () => {
  const written = Promise.withResolvers<void>();
  bench.setAside = async (entry) => {
    if (entry.event.length > 64 * 1024) await written.promise;
    return entry;
  };
  const large = bench.keep({ raw: Buffer.alloc(100_000) });
  await bench.keep();
  expect(await kept()).toHaveLength(1);
  written.resolve();
  await large;
  expect(await kept()).toHaveLength(2);
});
