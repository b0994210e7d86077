import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Kept, MessageId } from '../../../src/contract/index.ts';
import type { Opening } from '../../../src/opening/messages.ts';
import { type Openers, type OpenersOptions, startOpeners } from '../../../src/opening/openers.ts';

const fixture = (name: string) => new URL(`../../fixtures/openers/${name}.ts`, import.meta.url);
const STRANGE = fixture('strange').href;

let openers: Openers;
let errors: unknown[];

function start(options: Partial<OpenersOptions> = {}): Openers {
  errors = [];
  openers = startOpeners({
    module: STRANGE,
    config: { town: 'Verona' },
    onError: (error) => errors.push(error),
    ...options,
  });
  return openers;
}

afterEach(() => openers.stop());

function kept(envelope: string, raw: Uint8Array = Buffer.from('raw')): Kept {
  return { id: '01K' as MessageId, raw, envelope, keptAt: 7 };
}

const open = (what: string, alone = false) => openers.open(kept(what), alone);

/** In which thread it was opened. */
function threadOf(opening: Opening): unknown {
  return opening.is === 'opened' ? Reflect.get(Object(opening.opened), 'threadId') : opening;
}

describe('what can be understood', () => {
  it('is: the opener sees what was kept and the configuration, byte for byte', async () => {
    start();
    const raw = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const opening = await openers.open(kept('echo', raw), false);
    expect(opening).toEqual({
      is: 'opened',
      opened: {
        id: '01K',
        raw: new Uint8Array(raw),
        envelope: 'echo',
        keptAt: 7,
        config: { town: 'Verona' },
        threadId: expect.any(Number),
      },
    });
  });

  it('is, though the opener speaks to its parent besides', async () => {
    start();
    expect(await open('says more')).toMatchObject({ is: 'opened' });
    expect(await open('echo')).toMatchObject({ is: 'opened' });
  });
});

describe('what can not', () => {
  it.each([
    ['throws', 'the opener met an error (TypeError)'],
    ['throws no error', 'the opener met an error'],
    ['can not be cloned', 'what the opener gave can not be cloned'],
    ['is refused', 'the opener met an error (DeliveryError)'],
  ])('%s: it has failed, and no word of what was read is told', async (what, why) => {
    start();
    expect(await open(what)).toEqual({ is: 'failed', why });
    expect(await open('echo')).toMatchObject({ is: 'opened' });
  });

  it.each([
    ['has to wait', 7_000],
    ['has to wait, nobody knows how long', 60_000],
  ])('%s: it is "later"', async (what, afterMs) => {
    start();
    expect(await open(what)).toEqual({ is: 'later', afterMs });
  });

  it.each([
    ['exits', 'its worker ended'],
    ['fills the heap', 'its worker died (ERR_WORKER_OUT_OF_MEMORY)'],
  ])('%s: its worker dies with all that is in it, and another begins', async (what, why) => {
    start({ heapMb: 32 });
    expect(await open('echo')).toMatchObject({ is: 'opened' });
    expect(await open(what)).toEqual({ is: 'failed', why });
    expect(await open('echo')).toMatchObject({ is: 'opened' });
    expect(errors).toEqual([]);
  });

  it('fails behind its back: what is opened stays so, and the next worker begins', async () => {
    start();
    // Node tells of the failure before the answer now and then.
    for (let time = 0; time < 10; time++) {
      expect(await open('fails behind its back')).toMatchObject({ is: 'opened' });
      const next = await open('echo');
      expect(['opened', 'failed']).toContain(next.is);
      expect(await open('echo')).toMatchObject({ is: 'opened' });
    }
  });

  it('loops or never ends: it is ended when its time is up, and another worker begins', async () => {
    start({ limitMs: 3_000 });
    const ended = await Promise.all([open('loops'), open('never ends'), open('loops', true)]);
    expect(ended).toEqual(Array(3).fill({ is: 'failed', why: 'it took too long' }));
    expect(await open('echo')).toMatchObject({ is: 'opened' });
    expect(await open('echo', true)).toMatchObject({ is: 'opened' });
  });
});

describe('a worker that can not begin', () => {
  it.each([
    ['there is no module', fixture('gone').href],
    ['the module exports no opener', fixture('no-opener').href],
  ])('because %s: that is not the fault of what was kept', async (_, module) => {
    start({ module });
    expect(await open('echo')).toEqual({ is: 'later', afterMs: 60_000 });
    expect(await open('echo', true)).toEqual({ is: 'later', afterMs: 60_000 });
    expect(errors).toHaveLength(2);
  });

  it('because the configuration can not be cloned: the same', async () => {
    start({ config: { call: () => undefined } });
    expect(await open('echo')).toEqual({ is: 'later', afterMs: 60_000 });
    expect(await open('echo')).toEqual({ is: 'later', afterMs: 60_000 });
    expect(errors).toHaveLength(2);
  });
});

describe('several', () => {
  it('are opened side by side, as many as it says; one more has to come again', async () => {
    start();
    const under = Array.from({ length: openers.concurrency }, () => open('never ends'));
    expect(await open('echo')).toEqual({ is: 'later', afterMs: 1_000 });
    expect(await open('echo', true)).toMatchObject({ is: 'opened' });
    await openers.stop();
    expect(new Set((await Promise.all(under)).map(({ is }) => is))).toEqual(new Set(['later']));
  });

  it('are held up by none that holds up its thread', async () => {
    start();
    const held = open('loops');
    for (let i = 0; i < 20; i++) expect(await open('echo')).toMatchObject({ is: 'opened' });
    await openers.stop();
    expect(await held).toMatchObject({ is: 'later' });
  });

  it('one alone is with no other, and one at a time', async () => {
    start();
    const [first, suspect, second] = await Promise.all([
      open('echo'),
      open('echo', true),
      open('echo'),
    ]);
    const others = [threadOf(first), threadOf(second)];
    expect(threadOf(suspect)).toEqual(expect.any(Number));
    expect(others).not.toContain(threadOf(suspect));
    const killer = open('never ends', true);
    expect(await open('echo', true)).toEqual({ is: 'later', afterMs: 1_000 });
    expect(await open('echo')).toMatchObject({ is: 'opened' });
    await openers.stop();
    await killer;
  });

  it('die together, and not with those of another thread', async () => {
    start();
    // The first and the third in one thread, the second and what kills it in the other.
    const [one, two, three] = [open('never ends'), open('never ends'), open('never ends')];
    const killed = await Promise.all([open('exits'), two]);
    expect(killed.map(({ is }) => is)).toEqual(['failed', 'failed']);
    await openers.stop();
    expect((await Promise.all([one, three])).map(({ is }) => is)).toEqual(['later', 'later']);
  });
});

describe('the end', () => {
  it('can come before anything was opened, and twice', async () => {
    start();
    await openers.stop();
    await openers.stop();
    expect(await open('echo')).toEqual({ is: 'later', afterMs: 1_000 });
  });

  it('ends what is under way, and nothing begins after it', async () => {
    start();
    const loops = open('loops');
    const waits = open('never ends', true);
    await openers.stop();
    expect(await loops).toEqual({ is: 'later', afterMs: 1_000 });
    expect(await waits).toEqual({ is: 'later', afterMs: 1_000 });
    expect(await open('echo')).toEqual({ is: 'later', afterMs: 1_000 });
    expect(errors).toEqual([]);
  });
});

it('holds up no other work of the process while an opener loops', async () => {
  start();
  await open('echo');
  const delays = monitorEventLoopDelay({ resolution: 5 });
  const loops = open('loops');
  delays.enable();
  await vi.waitUntil(() => delays.count >= 40, { timeout: 10_000 });
  delays.disable();
  await openers.stop();
  expect(await loops).toMatchObject({ is: 'later' });
  // It loops for 15 s: whoever shared its thread would have seen nothing for so long.
  expect(delays.percentile(50) / 1e6).toBeLessThan(1_000);
});
