import { randomBytes } from 'node:crypto';
import type { TransportId } from '../contract/index.ts';
import type { Store } from '../store/store.ts';

/** As many as the hash has with which ids are made (RFC 2104 §3). */
const KEY_BYTES = 32;

/**
 * The key with which occupant ids are made (XEP-0421): made once and kept in the store, for ids stay the
 * same for ever. Ids are public, and who knows of what few words a key may be made tries them all: this
 * one is made of none.
 */
export async function openOccupantKey(
  store: Pick<Store, 'command' | 'partitionFor'>,
  transport: TransportId,
): Promise<string> {
  const partition = store.partitionFor(transport);
  const name = `occ:${transport}`;
  const read = () => store.command('GET', partition, name);
  // A store that is full can still be read.
  const kept = await read();
  if (isKey(kept)) return kept;
  // Of two owners that meet, one makes it.
  await store.command('SET', partition, name, randomBytes(KEY_BYTES).toString('base64url'), 'NX');
  const made = await read();
  if (!isKey(made)) throw new Error(`the store has no key for the occupant ids of ${transport}`);
  return made;
}

function isKey(value: unknown): value is string {
  return typeof value === 'string' && Buffer.from(value, 'base64url').length === KEY_BYTES;
}
