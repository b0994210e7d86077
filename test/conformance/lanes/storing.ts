import { expect } from 'vitest';
import { newMessageId } from '../../../src/lanes/lane.ts';
import type { Claimed } from '../../../src/lanes/lane-store.ts';
import { type Check, check, events, handed, SENT, until } from './room.ts';

const HOUR_MS = 3_600_000;

export const storing: readonly Check[] = [
  check('what is stored can be read at once', async (room) => {
    const lane = room.lane();
    const entry = room.entry(lane, 'a', {
      acceptedAt: 1_700_000_000_001,
      deadlineAt: 1_800_000_000_002,
    });
    expect(await room.store.push([entry])).toEqual([{ result: 'stored' }]);
    const { id, event, acceptedAt, deadlineAt } = entry;
    expect(await room.store.read(id)).toEqual({
      ...{ id, lane, event, acceptedAt, deadlineAt },
      ...{ state: 'waiting', attempts: 0, crashes: 0, since: acceptedAt, parts: [] },
    });
    expect((await room.one()).entries).toMatchObject([{ id, lane, event, acceptedAt, deadlineAt }]);
  }),

  check('what was never stored can not be read', async (room) => {
    expect(await room.store.read(newMessageId(room.lane().partition))).toBeUndefined();
  }),

  check('nothing of an event is changed', async (room) => {
    const written = [
      'Grüße, שלום, 👩‍👩‍👧‍👦 \u0000 \u2028 \\n "quoted"\r\n\n1 2 3 4 x y\n',
      '',
      'x'.repeat(65_536),
      '\u{1f642}'.repeat(16_384),
    ];
    await room.push(room.lane(), ...written);
    expect(events(await room.one())).toEqual(written);
  }),

  check('entries of several partitions are stored by one call', async (room) => {
    const lanes = ['a', 'b', 'c', 'd', 'e', 'f'].map((peer) => room.lane(peer));
    const entries = lanes.map((lane, index) => room.entry(lane, `${index}`));
    expect(await room.store.push(entries)).toEqual(entries.map(() => ({ result: 'stored' })));
    expect((await room.sendAll()).sort()).toEqual(['0', '1', '2', '3', '4', '5']);
  }),

  check('a claim that is asked for when entries are on their way finds them', async (room) => {
    const lanes = ['a', 'b', 'c'].map((peer) => room.lane(peer));
    const entries = lanes.map((lane) => room.entry(lane, lane.name));
    const claims: Promise<Claimed>[] = [];
    await room.store.push(entries, () => claims.push(room.claim()));
    const found = (await Promise.all(claims)).flatMap((claimed) => claimed.claims);
    expect(found.flatMap(events).sort()).toEqual(lanes.map(({ name }) => name).sort());
  }),

  check('the same message stored again is stored once', async (room) => {
    const entry = room.entry(room.lane(), 'a');
    await room.store.push([entry]);
    expect(await room.store.push([entry, entry])).toEqual([
      { result: 'stored' },
      { result: 'stored' },
    ]);
    expect(await room.sendAll()).toEqual(['a']);
  }),

  check('a message that has ended is not stored again by a late repeat', async (room) => {
    const plain = room.entry(room.lane('juliet'), 'plain');
    const keyed = room.entry(room.lane('nurse'), 'keyed', {
      duplicateKeys: [{ key: `${room.transport}-k`, windowMs: HOUR_MS }],
    });
    await room.store.push([plain, keyed]);
    expect((await room.sendAll()).sort()).toEqual(['keyed', 'plain']);
    expect(await room.store.push([plain, keyed])).toEqual([
      { result: 'stored' },
      { result: 'stored' },
    ]);
    expect(await room.sendAll()).toEqual([]);
  }),

  check('an event seen before is not stored, and it is said what it repeats', async (room) => {
    const duplicateKeys = [{ key: `${room.transport}-k`, windowMs: HOUR_MS }];
    const first = room.entry(room.lane(), 'a', { duplicateKeys });
    const second = room.entry(room.lane(), 'a', { duplicateKeys });
    expect(await room.store.push([first, second])).toEqual([
      { result: 'stored' },
      { result: 'duplicate', of: first.id },
    ]);
    expect(await room.store.read(second.id)).toBeUndefined();
    expect(await room.sendAll()).toEqual(['a']);
    expect(await room.store.push([second])).toEqual([{ result: 'duplicate', of: first.id }]);
  }),

  check('each of several keys recognises a repeat', async (room) => {
    const keys = ['k1', 'k2'].map((k) => ({ key: `${room.transport}-${k}`, windowMs: HOUR_MS }));
    const first = room.entry(room.lane(), 'a', { duplicateKeys: keys });
    const second = room.entry(room.lane(), 'b', { duplicateKeys: keys.slice(1) });
    await room.store.push([first]);
    expect(await room.store.push([second])).toEqual([{ result: 'duplicate', of: first.id }]);
  }),

  check('a repeat leaves no key behind that would swallow another event', async (room) => {
    const [k1, k2] = ['k1', 'k2'].map((k) => ({
      key: `${room.transport}-${k}`,
      windowMs: HOUR_MS,
    }));
    if (k1 === undefined || k2 === undefined) throw new Error('two keys');
    await room.store.push([room.entry(room.lane(), 'a', { duplicateKeys: [k1] })]);
    await room.store.push([room.entry(room.lane(), 'a again', { duplicateKeys: [k2, k1] })]);
    const other = room.entry(room.lane(), 'b', { duplicateKeys: [k2] });
    expect(await room.store.push([other])).toEqual([{ result: 'stored' }]);
  }),

  check('after its window an event is new', async (room) => {
    const duplicateKeys = [{ key: `${room.transport}-k`, windowMs: 1 }];
    await room.store.push([room.entry(room.lane(), 'a', { duplicateKeys })]);
    await until(async () => {
      const [pushed] = await room.store.push([room.entry(room.lane(), 'b', { duplicateKeys })]);
      return pushed?.result === 'stored' ? true : undefined;
    });
    expect(await room.sendAll()).toEqual(['a', 'b']);
  }),

  check('reports are stored in the same step as the settlement', async (room) => {
    const reports = ['told 1', 'told 2'].map((text) =>
      room.entry(room.lane('juliet', 'inbound'), text),
    );
    const id = await room.pushOne(room.lane(), 'a');
    await room.settled(await room.one(), [SENT], { reports });
    expect(await room.store.read(id)).toBeUndefined();
    const told = await room.one({ channel: `${room.transport}.i` });
    expect(events(told)).toEqual(['told 1', 'told 2']);
  }),

  check('several claims are settled by one call, fenced ones passed over', async (room) => {
    for (const peer of ['a', 'b', 'c']) await room.push(room.lane(peer), `from ${peer}`, 'second');
    const { claims } = await room.claim({ perLane: 1 });
    expect(claims).toHaveLength(3);
    const requests = claims.map((claim, index) => ({
      claim: index === 1 ? { ...claim, token: claim.token + 1_000_000 } : claim,
      settlements: [index === 2 ? handed(1_000, 'n1', 'n2') : SENT],
      reports: [
        room.entry({ ...claim.lane, channel: `${room.transport}.i`, name: `i${index}` }, 'told'),
      ],
      ...{ next: 1, leaseMs: 1_000 },
    }));
    const results = await room.store.settle(requests);
    expect(results.map(({ result }) => result)).toEqual(['settled', 'fenced', 'settled']);
    const stored = await Promise.all(
      requests.map(({ reports }) => room.store.read(reports[0]?.id ?? newMessageId(0))),
    );
    expect(stored.map((entry) => entry?.event)).toEqual(['told', undefined, 'told']);
  }),
];
