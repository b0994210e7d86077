import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EventId, NotKeptError } from '../../../src/contract/index.ts';
import { channelOf } from '../../../src/lanes/lane.ts';
import { readInbound, readKept } from '../../../src/lanes/stored.ts';
import { PAPER } from '../../support/paper.ts';
import { type RedisPeer, startRedis } from '../../support/peers/redis.ts';
import { openTwoStages, SPOOL, type TwoStages } from '../../support/two-stages.ts';
import { Watched } from '../../support/watched.ts';
import { ECHO, eventsOf } from './letters.ts';

const ONE = 'event-1' as EventId;

let redis: RedisPeer;
let directory: string;
let stages: TwoStages;

beforeEach(async () => {
  redis = await startRedis();
  directory = await mkdtemp(join(tmpdir(), 'postern-stages-'));
  stages = await openTwoStages(redis.socket, directory);
});

afterEach(async () => {
  redis.signal('SIGCONT');
  await stages.stop();
  await redis.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Tells of each settlement. */
class Settlements extends Watched {
  count = 0;

  readonly settled = (): void => {
    this.count += 1;
    this.changed();
  };
}

const spool = () => readdir(join(directory, SPOOL));

async function inbox(): Promise<string[]> {
  const waiting = (await stages.waiting('inbound')).map(({ event }) => readInbound(event));
  return waiting.map((event) => `${event.to} ${event.kind === 'text' ? event.text : ''}`).sort();
}

describe('what is kept', () => {
  it.each([
    ['in Redis', 1_024, 0],
    ['on disk', 25 * 1024 * 1024, 1],
  ])('lies %s byte for byte, and survives the death of Redis', async (_, bytes, files) => {
    const raw = Buffer.allocUnsafe(bytes);
    for (let at = 0; at < bytes; at++) raw[at] = (at * 31 + (at >> 8)) & 0xff;
    await stages.keep({ raw, envelope: 'ü\0\n' });
    await redis.kill('SIGKILL');
    await redis.restart();
    const [entry] = await stages.waiting('kept');
    const read = readKept(entry?.event ?? '');
    expect(read.envelope).toBe('ü\0\n');
    expect(read.raw.equals(raw)).toBe(true);
    expect(await spool()).toHaveLength(files);
  });

  it('is let go when it was opened, its file too', async () => {
    const settlements = new Settlements();
    await stages.keep({ raw: Buffer.alloc(100_000), envelope: 'large' });
    await stages.keep({ envelope: 'small' });
    stages.open({ module: ECHO, eventsOf, settled: settlements.settled });
    await settlements.until(({ count }) => count === 2);
    expect(await stages.waiting('kept')).toEqual([]);
    expect(await spool()).toEqual([]);
    expect(await inbox()).toHaveLength(4);
  });

  it('on disk is one however often it comes, and leaves no file behind', async () => {
    const raw = Buffer.alloc(100_000);
    await Promise.all(Array.from({ length: 5 }, () => stages.keep({ raw, eventId: ONE })));
    expect(await stages.waiting('kept')).toHaveLength(1);
    expect(await spool()).toHaveLength(1);
  });

  it('while Redis hangs is not; and what arrives there after all is one with its repeat', async () => {
    redis.signal('SIGSTOP');
    const failures = await Promise.all(
      [ONE, 'event-2' as EventId].map((eventId) => stages.keep({ eventId }).catch((e) => e)),
    );
    for (const failure of failures) expect(failure).toBeInstanceOf(NotKeptError);
    redis.signal('SIGCONT');
    // Stored one after the other: when the repeat is, whatever was under way is, too.
    await stages.keep({ eventId: ONE });
    await stages.keep({ eventId: 'event-2' as EventId });
    expect(await stages.waiting('kept')).toHaveLength(2);
  });
});

describe('a process that is killed when all is stored and nothing is settled', () => {
  it.each([1, 2])('%i times: what it opened is there once, for each who gets it', async (times) => {
    await stages.keep({ envelope: 'hi' });
    for (let time = 1; time <= times; time++) {
      const program = fileURLToPath(new URL('./dying-opener.ts', import.meta.url));
      const args = [program, redis.socket, join(directory, `${time}`), `victim-${time}`];
      const child = spawn(process.execPath, args, { stdio: 'inherit' });
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
      await stages.lanes.release(channelOf(PAPER, 'kept'), `victim-${time}`);
    }
    const settlements = new Settlements();
    stages.open({ module: ECHO, eventsOf, settled: settlements.settled });
    await settlements.until(({ count }) => count === 1);
    expect(await inbox()).toEqual(['juliet@example.org hi', 'nurse@example.org hi']);
    expect(await stages.waiting('kept')).toEqual([]);
    expect(stages.parked).toEqual([]);
  });
});

it('what kills or blocks its worker is put aside; what came with it arrives', async () => {
  const guilty = ['loops', 'exits'];
  const innocent = Array.from({ length: 20 }, (_, at) => `letter ${at}`);
  for (const envelope of [...guilty, ...innocent]) await stages.keep({ envelope });
  const settlements = new Settlements();
  stages.open({ module: ECHO, eventsOf, limitMs: 4_000, settled: settlements.settled });
  await settlements.until(() => stages.parked.length === guilty.length);
  await settlements.until(() => opened() === innocent.length);
  expect(await inbox()).toHaveLength(2 * innocent.length);
  const why = ['it took too long (3 times)', 'its worker ended (3 times)'];
  expect(stages.parked.toSorted()).toEqual(why);
  expect(await stages.lanes.deadLetters(10)).toHaveLength(guilty.length);
});

function opened(): number {
  return stages.history.kinds.filter((kind) => kind === 'opened').length;
}
