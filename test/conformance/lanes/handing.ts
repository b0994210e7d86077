import { expect } from 'vitest';
import { type Check, check, events, handed, LEASE_MS, networkId, SENT, until } from './room.ts';

export const handing: readonly Check[] = [
  check('a handed message is kept, and holds nothing behind it', async (room) => {
    const [first] = await room.push(room.lane(), 'a', 'b');
    await room.settled(await room.one({ perLane: 1 }), [handed(LEASE_MS, 'n1')]);
    expect(first && (await room.store.read(first))).toMatchObject({
      state: 'handed',
      parts: [{ part: 0, networkId: 'n1', state: 'accepted' }],
    });
    expect(events(await room.one())).toEqual(['b']);
  }),

  check('a message handed for good is gone', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    const settled = await room.settled(await room.one(), [handed(0, 'n1')]);
    expect(settled.confirmed).toEqual([]);
    expect(await room.store.read(id)).toBeUndefined();
    expect(await room.store.rewind(room.channel)).toBe(0);
  }),

  check('a handed message ends when its time is over, and not before', async (room) => {
    const lasting = await room.handOver(room.lane('juliet'), 'lasting');
    const passing = await room.pushOne(room.lane('nurse'), 'passing');
    await room.settled(await room.one(), [handed(1)]);
    const ended = await until(async () => {
      const expired = await room.store.expireHanded(room.channel);
      return expired.ended.length > 0 ? expired : undefined;
    });
    expect(ended).toEqual({ ended: [passing], more: false });
    expect(await room.store.read(passing)).toBeUndefined();
    expect(await room.store.read(lasting)).toMatchObject({ state: 'handed' });
  }),

  check('a handed message whose time is over may have to wait for longer', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    await room.settled(await room.one(), [handed(1)]);
    const since = (await room.store.read(id))?.since ?? 0;
    await until(async () => Date.now() - since > 2 || undefined);
    expect((await room.store.expireHanded(room.channel, 3_600_000)).ended).toEqual([]);
    expect((await room.store.expireHanded(room.channel)).ended).toEqual([id]);
  }),

  check('handed messages end some hundreds at a time', async (room) => {
    const texts = Array.from({ length: 300 }, (_, index) => `${index}`);
    const ids = await room.push(room.lane(), ...texts);
    const claim = await room.one({ perLane: 300 });
    await room.settled(
      claim,
      claim.entries.map(() => handed(1)),
    );
    const ended = new Set<string>();
    const first = await until(async () => {
      const expired = await room.store.expireHanded(room.channel);
      return expired.ended.length > 0 ? expired : undefined;
    });
    for (const id of first.ended) ended.add(id);
    expect(first.ended.length).toBeLessThan(300);
    expect(first.more).toBe(true);
    for (let more = true; more; ) {
      const expired = await room.store.expireHanded(room.channel);
      for (const id of expired.ended) ended.add(id);
      more = expired.more;
    }
    expect(ended).toEqual(new Set(ids));
  }),

  check('rewound messages come before what waits, in their old order', async (room) => {
    const lane = room.lane();
    await room.push(lane, 'a', 'b', 'c', 'd');
    await room.settled(await room.one({ perLane: 2 }), [handed(LEASE_MS), handed(LEASE_MS)]);
    await room.settled(await room.one({ perLane: 1 }), [handed(5 * LEASE_MS)]);
    await room.push(lane, 'e');
    expect(await room.store.rewind(room.channel)).toBe(3);
    const claim = await room.one();
    expect(events(claim)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(claim.entries[0]).toMatchObject({ attempts: 2, interrupted: false, crashes: 0 });
    expect(await room.store.rewind(room.channel)).toBe(0);
  }),

  check('an empty lane is due again when its messages are rewound', async (room) => {
    await room.handOver(room.lane(), 'a');
    expect((await room.claim()).claims).toEqual([]);
    await room.store.rewind(room.channel);
    expect(events(await room.one())).toEqual(['a']);
  }),

  check('rewinding a lane that is held leaves it to its holder', async (room) => {
    await room.push(room.lane(), 'a', 'b', 'c');
    await room.settled(await room.one({ perLane: 1 }), [handed(LEASE_MS)]);
    const claim = await room.one({ perLane: 1 });
    expect(events(claim)).toEqual(['b']);
    expect(await room.store.rewind(room.channel)).toBe(1);
    expect((await room.claim({ holder: 'h2' })).claims).toEqual([]);
    const { next } = await room.settled(claim, [SENT], { next: 8 });
    expect(next && events(next)).toEqual(['a', 'c']);
  }),

  check('rewinding touches no other channel', async (room) => {
    await room.handOver(room.lane(), 'a');
    expect(await room.store.rewind(`${room.transport}.i`)).toBe(0);
    expect((await room.claim()).claims).toEqual([]);
  }),

  check('only what was handed over so long ago is rewound', async (room) => {
    await room.handOver(room.lane('juliet'), 'a');
    await room.handOver(room.lane('nurse'), 'b');
    expect(await room.store.rewind(room.channel, 3_600_000)).toBe(0);
    expect((await room.claim()).claims).toEqual([]);
    const again = new Set<string>();
    await until(async () => {
      await room.store.rewind(room.channel, 20);
      for (const claim of (await room.claim()).claims)
        for (const each of events(claim)) again.add(each);
      return again.size === 2 || undefined;
    });
  }),

  check('a bounced message goes back to the head', async (room) => {
    const [first, second] = await room.push(room.lane(), 'a', 'b', 'c');
    await room.settled(await room.one({ perLane: 2 }), [handed(LEASE_MS), handed(LEASE_MS)]);
    if (first === undefined || second === undefined) throw new Error('two were stored');
    const verdict = { kind: 'later', afterMs: 0 } as const;
    expect(await room.store.bounce(first, verdict)).toBe(true);
    expect(await room.store.bounce(second, verdict)).toBe(true);
    expect(await room.store.bounce(second, verdict)).toBe(false);
    expect(events(await room.one())).toEqual(['a', 'b', 'c']);
    expect(await room.store.rewind(room.channel)).toBe(0);
  }),

  check('a bounced message may have to wait, and holds its lane', async (room) => {
    const id = await room.handOver(room.lane(), 'a');
    await room.push(room.lane(), 'b');
    expect(await room.store.bounce(id, { kind: 'later', afterMs: LEASE_MS })).toBe(true);
    expect((await room.claim()).claims).toEqual([]);
  }),

  check('a bounced message may end', async (room) => {
    const gone = await room.handOver(room.lane('juliet'), 'gone');
    const kept = await room.handOver(room.lane('nurse'), 'kept');
    expect(await room.store.bounce(gone, { kind: 'terminal', keep: false })).toBe(true);
    expect(await room.store.bounce(kept, { kind: 'terminal', keep: true })).toBe(true);
    expect(await room.store.read(gone)).toBeUndefined();
    expect(await room.store.read(kept)).toMatchObject({ state: 'dead' });
    expect(await room.store.rewind(room.channel)).toBe(0);
    expect(await room.sendAll()).toEqual([]);
  }),

  check('what is not handed can not bounce', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    const verdict = { kind: 'terminal', keep: false } as const;
    expect(await room.store.bounce(id, verdict)).toBe(false);
    await room.settled(await room.one(), [SENT]);
    expect(await room.store.bounce(id, verdict)).toBe(false);
  }),

  check('a part that was sent survives its holder', async (room) => {
    const id = await room.pushOne(room.lane(), 'a');
    const claim = await room.one({ leaseMs: 0 });
    const part = { part: 1, networkId: networkId('n/"1"') };
    expect(await room.store.partSent(claim, id, part)).toBe(true);
    expect(await room.store.partSent(claim, id, part)).toBe(true);
    expect((await room.one()).entries).toMatchObject([
      { interrupted: true, parts: [{ ...part, state: 'accepted' }] },
    ]);
  }),
];
