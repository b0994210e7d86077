import { beforeEach, describe, expect, it } from 'vitest';
import type { PeerId } from '../../../src/contract/index.ts';
import { UnansweredError } from '../../../src/lanes/lane-store.ts';
import { readOutbound } from '../../../src/lanes/stored.ts';
import { parseJid } from '../../../src/xmpp/jid.ts';
import { claimAll } from '../../support/paper.ts';
import { OutboundBench, text } from './outbound-bench.ts';

let bench: OutboundBench;

beforeEach(() => {
  bench = new OutboundBench();
});

async function waiting() {
  await bench.stored();
  const claims = await claimAll(bench.lanes, 'outbound', { perLane: 100 });
  return claims.flatMap(({ entries }) => entries);
}

describe('what is accepted', () => {
  it('waits in the lane of its conversation, in the order of the stanzas', async () => {
    for (const body of ['one', 'two', 'three']) bench.accept(text(body));
    const entries = await waiting();
    expect(entries.map(({ event }) => readOutbound(event).text)).toEqual(['one', 'two', 'three']);
    expect(bench.history.kinds).toEqual(['accepted', 'accepted', 'accepted']);
    expect(bench.refusals).toEqual([]);
  });

  it('is looked for as soon as it is on its way, and again when it is sent again', async () => {
    const steps: string[] = [];
    const [sent, stored] = [Promise.withResolvers<() => void>(), Promise.withResolvers<void>()];
    const door = bench.openDoor({
      nudge: () => steps.push('nudged'),
      lanes: {
        push: async (entries, onSent) => {
          sent.resolve(onSent ?? (() => undefined));
          await stored.promise;
          return await bench.lanes.push(entries);
        },
      },
    });
    door.accept(text('hi'));
    const onSent = await sent.promise;
    expect(steps).toEqual([]);
    onSent();
    onSent();
    steps.push('stored');
    stored.resolve();
    await door.settled();
    expect(steps).toEqual(['nudged', 'nudged', 'stored']);
    expect(await waiting()).toHaveLength(1);
  });

  it('knows who is to be told, and under which name he wrote', async () => {
    bench.accept(text('hi', { id: 'abc', wantsReceipt: true, thread: 't1' }));
    const [entry] = await waiting();
    expect(readOutbound(entry?.event ?? '')).toMatchObject({
      account: 'juliet@example.org',
      peer: 'romeo',
      thread: 't1',
      reply: { to: 'juliet@example.org/balcony', from: 'romeo', of: 'abc', wantsReceipt: true },
    });
    expect(entry?.deadlineAt).toBe(bench.clock.now + bench.capabilities.deadlineMs);
  });

  it('can be asked for by its user, its contact and the ids of its stanza', async () => {
    bench.accept(text('hi', { id: 'i1', originId: 'o1' }));
    const [entry] = await waiting();
    const { history } = bench;
    expect(history.named('i1')).toEqual([entry?.id]);
    expect(history.named('o1')).toEqual([entry?.id]);
    expect(history.latest({ account: 'juliet@example.org', peer: 'romeo' }, 9)).toEqual([
      entry?.id,
    ]);
  });

  it('in a room knows what it is shown with there, and elsewhere not', async () => {
    const shown = { originId: 'o1', isFile: true };
    const garden = { kind: 'room-message', peer: 'garden' as PeerId } as const;
    bench.openDoor().acceptFor(garden, text('https://up.example/a', shown));
    bench.accept(text('https://up.example/a', shown));
    const replies = (await waiting()).map(({ event }) => readOutbound(event).reply);
    expect(replies).toEqual([
      expect.objectContaining(shown),
      expect.not.objectContaining({ originId: 'o1' }),
    ]);
    expect(replies[1]).not.toHaveProperty('isFile');
  });

  it('is one message however often the same stanza comes', async () => {
    const stanza = text('hi', { id: 'same' });
    bench.accept(stanza);
    bench.accept(stanza);
    bench.accept({ ...stanza, text: 'other words under the same id' });
    expect(await waiting()).toHaveLength(2);
    expect(bench.refusals).toEqual([]);
  });

  it('is a lane of its own each where the network has no order', async () => {
    bench.capabilities = { ...bench.capabilities, order: 'none' };
    bench.accept(text('one'));
    bench.accept(text('two'));
    await bench.stored();
    const claims = await claimAll(bench.lanes, 'outbound', { perLane: 100 });
    expect(claims.map(({ entries }) => entries.length)).toEqual([1, 1]);
  });
});

describe('what is refused', () => {
  it.each([
    ['an impossible address', { to: parseJid('romeo5@paper.example.org') }, 'jid-malformed'],
    [
      'a sender without account',
      { from: parseJid('nurse@example.org/x') },
      'registration-required',
    ],
    [
      'an address that escapes a space',
      { to: parseJid('\\20a@paper.example.org') },
      'jid-malformed',
    ],
  ])('%s: told at once, and not stored', async (_, overrides, condition) => {
    bench.accept(text('hi', overrides));
    expect(bench.refusals.map((refusal) => refusal.condition)).toEqual([condition]);
    expect(await waiting()).toEqual([]);
  });

  it('says how to get an account', () => {
    bench.accept(text('hi', { from: parseJid('nurse@example.org/x') }));
    expect(bench.refusals[0]?.text).toContain('help@paper.example.org');
    expect(bench.refusals[0]?.type).toBe('cancel');
  });

  it('is everything while the store takes nothing', async () => {
    bench.admits = false;
    bench.accept(text('hi'));
    expect(bench.refusals[0]).toMatchObject({ condition: 'resource-constraint', type: 'wait' });
  });

  it('is what the allowance does not cover', async () => {
    const refusal = { condition: 'resource-constraint', type: 'wait', text: 'Enough.' } as const;
    bench.accept(text('four'), (units) => (units > 3 ? refusal : undefined));
    expect(bench.refusals).toEqual([refusal]);
    expect(await waiting()).toEqual([]);
  });

  it('gets an answer when the store fails', async () => {
    bench.lanes.push = () => Promise.reject(new Error('gone'));
    bench.accept(text('hi'));
    await expect(bench.stored()).rejects.toThrow('gone');
    expect(bench.refusals[0]).toMatchObject({ condition: 'resource-constraint', type: 'wait' });
    expect(bench.refusals[0]?.text).toContain('it is not sent');
  });

  it('is not said to be unsent while nobody knows whether the store has it', async () => {
    bench.lanes.push = () => Promise.reject(new UnansweredError('no answer'));
    bench.accept(text('hi'));
    await expect(bench.stored()).rejects.toThrow('no answer');
    expect(bench.refusals[0]?.text).toContain('may still be sent');
  });
});
