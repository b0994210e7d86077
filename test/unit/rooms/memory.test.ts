import { expect, it } from 'vitest';
import type { PeerId, TransportId } from '../../../src/contract/index.ts';
import { openRoomMemory } from '../../../src/rooms/memory.ts';
import { openSeal } from '../../../src/rooms/seal.ts';
import { GARDEN, JULIET, LEFT, ROMEO } from './garden.ts';

const NEXT_TICK = () => new Promise((resolve) => setImmediate(resolve));

/** A store with one hash, which may be gone for a while. */
async function memory(hash = new Map<string, string>(), secret = 'secret') {
  const store = {
    isGone: false,
    errors: 0,
    partitionFor: () => 0,
    async command(name: string, _partition: number, _key: string, ...args: string[]) {
      if (store.isGone) throw new Error('the store is gone');
      if (name === 'HGETALL') return [...hash].flat();
      if (name === 'HDEL') for (const field of args) hash.delete(field);
      for (let at = 0; name === 'HSET' && at < args.length; at += 2) {
        hash.set(args[at] ?? '', args[at + 1] ?? '');
      }
      return args.length;
    },
  };
  const seal = await openSeal(secret, 'rooms');
  const rooms = await openRoomMemory(store, 'irc' as TransportId, seal, () => void store.errors++);
  return { store, hash, rooms };
}

it('gives the next process what this one noted', async () => {
  const { rooms, hash } = await memory();
  rooms.note({ ...LEFT, nick: 'one' });
  rooms.note({ ...LEFT, wished: 'two' });
  rooms.note({ ...LEFT, user: ROMEO });
  rooms.forget(ROMEO, GARDEN);
  await NEXT_TICK();
  expect((await memory(hash)).rooms.left).toEqual([{ ...LEFT, wished: 'two' }]);
});

it('writes what the store did not take as soon as it is back, and in its last state', async () => {
  const { store, hash, rooms } = await memory();
  rooms.note(LEFT);
  rooms.note({ ...LEFT, room: '#tomb' as PeerId });
  await NEXT_TICK();
  store.isGone = true;
  rooms.note({ ...LEFT, nick: 'juju' });
  rooms.forget(JULIET, '#tomb' as PeerId);
  await NEXT_TICK();
  rooms.note({ ...LEFT, nick: 'jules' });
  await NEXT_TICK();
  rooms.flush();
  await NEXT_TICK();
  expect(store.errors).toBeGreaterThan(0);
  store.isGone = false;
  rooms.flush();
  await NEXT_TICK();
  expect((await memory(hash)).rooms.left).toEqual([{ ...LEFT, nick: 'jules' }]);
});

it('reads nothing of what it does not understand', async () => {
  const hash = new Map([
    ['a', 'no JSON'],
    ['b', '{"v":2}'],
    ['c', JSON.stringify({ v: 1, ...LEFT, room: 7 })],
    ['d', JSON.stringify({ v: 1, ...LEFT, user: 'juliet@example.org/phone' })],
    ['e', JSON.stringify({ v: 1, ...LEFT, user: 'no address @' })],
    ['f', 'null'],
  ]);
  expect((await memory(hash)).rooms.left).toEqual([]);
});

it('keeps a password for the next process, and for nobody who reads the store', async () => {
  const { rooms, hash } = await memory();
  const locked = { ...LEFT, password: 'capulet \u{1f339}' };
  rooms.note(locked);
  await rooms.settled();
  expect(JSON.stringify([...hash])).not.toContain('capulet');
  expect((await memory(hash)).rooms.left).toEqual([locked]);
  expect((await memory(hash, 'another secret')).rooms.left).toEqual([LEFT]);
  const moved = new Map(
    [...hash].map(([field, text]) => [field, text.replaceAll('juliet', 'eve')]),
  );
  expect((await memory(moved)).rooms.left).toEqual([
    { ...LEFT, user: 'eve@example.org', clients: ['eve@example.org/phone'] },
  ]);
});

it('is settled when all is written, also what was noted meanwhile, or the store takes nothing', async () => {
  const { store, rooms, hash } = await memory();
  rooms.note(LEFT);
  const settled = rooms.settled();
  rooms.note({ ...LEFT, nick: 'later' });
  await settled;
  expect([...hash.values()].map((text) => JSON.parse(text).nick)).toEqual(['later']);
  store.isGone = true;
  rooms.note(LEFT);
  await rooms.settled();
  expect(store.errors).toBe(1);
});

it.each(['', 'short', 'x'.repeat(60)])('opens no seal that is none: %j', async (sealed) => {
  const field = `${JULIET} ${GARDEN}`;
  const hash = new Map([[field, JSON.stringify({ v: 1, ...LEFT, sealed })]]);
  expect((await memory(hash)).rooms.left).toEqual([LEFT]);
});
