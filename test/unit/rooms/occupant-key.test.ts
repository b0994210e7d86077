import { expect, it } from 'vitest';
import type { TransportId } from '../../../src/contract/index.ts';
import { openOccupantKey } from '../../../src/rooms/occupant-key.ts';

const IRC = 'irc' as TransportId;

/** A store of plain texts. @param isFull it can be read, and takes nothing */
function store(kept = new Map<string, string>(), isFull = false) {
  return {
    kept,
    partitionFor: () => 0,
    async command(name: string, _partition: number, key: string, value: string | number = '') {
      if (name === 'GET') return kept.get(key) ?? null;
      if (isFull) throw new Error('OOM');
      if (!kept.has(key)) kept.set(key, String(value));
      return 'OK';
    },
  };
}

it('is made once, of nothing that can be guessed', async () => {
  const { kept, ...here } = store();
  const keys = await Promise.all([openOccupantKey(here, IRC), openOccupantKey(here, IRC)]);
  expect(new Set(keys).size).toBe(1);
  expect(Buffer.from(keys[0] ?? '', 'base64url')).toHaveLength(32);
  expect(await openOccupantKey(store(kept, true), IRC)).toBe(keys[0]);
  expect(await openOccupantKey(here, 'other' as TransportId)).not.toBe(keys[0]);
  expect(await openOccupantKey(store(), IRC)).not.toBe(keys[0]);
});

it('is not made of a store that can not keep it', async () => {
  await expect(openOccupantKey(store(new Map(), true), IRC)).rejects.toThrow('OOM');
  const broken = store(new Map([['occ:irc', 'short']]));
  await expect(openOccupantKey(broken, IRC)).rejects.toThrow('no key');
});
