import { expect } from 'vitest';
import {
  AT_ONCE,
  type Check,
  check,
  events,
  LEASE_MS,
  networkId,
  SENT,
  UNKNOWN,
  UNTOUCHED,
} from './room.ts';

export const leases: readonly Check[] = [
  check('past its lease a head is found open by the next holder', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    const first = await room.one({ leaseMs: 0 });
    const second = await room.one({ holder: 'h2' });
    expect(second.token).toBeGreaterThan(first.token);
    expect(second.entries).toMatchObject([
      { id, state: 'unknown', attempts: 1, crashes: 1, interrupted: true },
    ]);
  }),

  check('within its lease a lane is not given away', async (room) => {
    await room.push(room.lane(), 'a');
    await room.one();
    const { claims, nextInMs } = await room.claim({ holder: 'h2' });
    expect(claims).toEqual([]);
    expect(nextInMs).toBeGreaterThan(0);
    expect(nextInMs).toBeLessThanOrEqual(LEASE_MS);
  }),

  check('a late holder settles nothing', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    const late = await room.one({ leaseMs: 0 });
    const holder = await room.one({ holder: 'h2' });
    const report = room.entry(room.lane('juliet', 'inbound'), 'sent');
    expect(await room.settle(late, [SENT], { reports: [report] })).toEqual({ result: 'fenced' });
    expect(await room.store.read(id)).toMatchObject({ state: 'unknown' });
    expect(await room.store.read(report.id)).toBeUndefined();
    expect(await room.settle(holder, [SENT])).toMatchObject({ result: 'settled' });
  }),

  check('a late holder opens nothing again and makes no part durable', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    const late = await room.one({ leaseMs: 0 });
    await room.one({ holder: 'h2' });
    expect(await room.store.reopen(late, id)).toBe(false);
    const part = { part: 0, networkId: networkId('n0') };
    expect(await room.store.partSent(late, id, part)).toBe(false);
    expect(await room.store.read(id)).toMatchObject({ state: 'unknown', attempts: 1, parts: [] });
  }),

  check('a holder whose lease is over but whose lane nobody took may settle', async (room) => {
    await room.push(room.lane(), 'a');
    const claim = await room.one({ leaseMs: 0 });
    expect(await room.settle(claim, [SENT])).toMatchObject({ result: 'settled' });
    expect((await room.claim()).claims).toEqual([]);
  }),

  check('a claim that was settled is over', async (room) => {
    await room.push(room.lane(), 'a', 'b');
    const claim = await room.one({ perLane: 1 });
    await room.settled(claim, [SENT]);
    expect(await room.settle(claim, [SENT])).toEqual({ result: 'fenced' });
    expect(await room.sendAll()).toEqual(['b']);
  }),

  check('an entry found open is tried again only with a new intent', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    await room.one({ leaseMs: 0 });
    const claim = await room.one({ leaseMs: 0 });
    expect(await room.store.reopen(claim, id)).toBe(true);
    expect(await room.store.read(id)).toMatchObject({ state: 'sending', attempts: 2, crashes: 1 });
    const again = await room.one();
    expect(again.entries).toMatchObject([{ attempts: 2, crashes: 2, interrupted: true }]);
  }),

  check('each holder that left an intent open counts as a crash', async (room) => {
    const id = await room.pushOne(room.lane(), 'poison');
    let claim = await room.one({ leaseMs: 0 });
    for (const crashes of [1, 2, 3]) {
      claim = await room.one({ leaseMs: 0 });
      expect(claim.entries).toMatchObject([{ id, crashes, interrupted: true }]);
      if (crashes < 3) expect(await room.store.reopen(claim, id)).toBe(true);
    }
    await room.settled(claim, [{ kind: 'terminal', keep: true }]);
    expect((await room.claim()).claims).toEqual([]);
  }),

  check('a crash while an open intent is looked into counts, too', async (room) => {
    await room.push(room.lane(), 'poison');
    await room.one({ leaseMs: 0 });
    for (const crashes of [1, 2, 3]) {
      const { entries } = await room.one({ leaseMs: 0 });
      expect(entries).toMatchObject([{ crashes, interrupted: true }]);
    }
  }),

  check('to put an open intent off, or to give it back, is no crash', async (room) => {
    await room.push(room.lane(), 'a');
    await room.one({ leaseMs: 0 });
    for (const kind of ['unknown', 'untouched'] as const) {
      const claim = await room.one();
      expect(claim.entries).toMatchObject([{ crashes: 1, interrupted: true }]);
      await room.settled(claim, [kind === 'unknown' ? { kind, afterMs: 0 } : { kind }]);
    }
    expect((await room.one()).entries).toMatchObject([{ crashes: 1, interrupted: true }]);
  }),

  check('a head that met a crash is claimed alone', async (room) => {
    await room.push(room.lane(), 'a', 'b', 'c');
    await room.one({ leaseMs: 0, perLane: 1 });
    const claim = await room.one();
    expect(events(claim)).toEqual(['a']);
    const [head] = claim.entries;
    expect(head && (await room.store.reopen(claim, head.id))).toBe(true);
    await room.settled(claim, [AT_ONCE]);
    const again = await room.one();
    expect(events(again)).toEqual(['a']);
    expect(again.entries).toMatchObject([{ interrupted: false, crashes: 1 }]);
    const { next } = await room.settled(again, [SENT], { next: 8 });
    expect(next && events(next)).toEqual(['b', 'c']);
  }),

  check('an entry found open behind the head is left for a claim of its own', async (room) => {
    await room.push(room.lane(), 'a', 'b');
    await room.one({ leaseMs: 0 });
    const claim = await room.one();
    expect(events(claim)).toEqual(['a']);
    const { next } = await room.settled(claim, [SENT], { next: 8 });
    expect(next?.entries).toMatchObject([{ event: 'b', interrupted: true, crashes: 1 }]);
  }),

  check('an unknown outcome stays open and is looked at again', async (room) => {
    await room.push(room.lane(), 'a', 'b');
    const { next } = await room.settled(await room.one(), [UNKNOWN], { next: 8 });
    expect(next).toBeUndefined();
    const again = await room.one();
    expect(again.entries).toMatchObject([
      { event: 'a', state: 'unknown', attempts: 1, crashes: 0, interrupted: true },
    ]);
    await room.settled(again, [UNTOUCHED]);
    expect((await room.one()).entries).toMatchObject([{ event: 'a', interrupted: true }]);
  }),

  check('lanes of a holder that is gone are freed at once, and only those', async (room) => {
    await room.push(room.lane('juliet'), 'a');
    await room.one({ holder: 'gone' });
    await room.push(room.lane('nurse'), 'b');
    await room.one({ holder: 'alive' });
    expect(await room.store.release(room.channel, 'gone')).toBe(1);
    const claim = await room.one({ holder: 'h2' });
    expect(claim.entries).toMatchObject([{ event: 'a', interrupted: true, crashes: 1 }]);
    expect(await room.store.release(room.channel, 'gone')).toBe(0);
  }),

  check('a holder whose lanes were freed is late', async (room) => {
    await room.push(room.lane(), 'a');
    const claim = await room.one();
    await room.store.release(room.channel, 'h1');
    expect(await room.settle(claim, [SENT])).toEqual({ result: 'fenced' });
    expect((await room.one()).entries).toMatchObject([{ event: 'a', interrupted: true }]);
  }),
];
