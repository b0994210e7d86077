import type { AdapterMemory, TransportId } from '../contract/index.ts';
import type { Store } from '../store/store.ts';

/** It is meant for facts, not for messages; past this an adapter has a leak. */
const MAX_ENTRIES = 100_000;

/**
 * The durable memory of one adapter: all of it in this process, every change in the store. Opened
 * anew whenever this process becomes the owner of the transport.
 */
export async function openMemory(store: Store, transport: TransportId): Promise<AdapterMemory> {
  const partition = store.partitionFor(transport);
  const key = `mem:${transport}`;
  const entries = new Map<string, string>();
  const stored = await store.command('HGETALL', partition, key);
  if (Array.isArray(stored)) {
    for (let i = 0; i + 1 < stored.length; i += 2)
      entries.set(String(stored[i]), String(stored[i + 1]));
  }
  return {
    get: (name) => entries.get(name),
    keys: () => [...entries.keys()],
    async set(name, value) {
      if (!entries.has(name) && entries.size >= MAX_ENTRIES) {
        throw new Error(`the memory of ${transport} is full: ${MAX_ENTRIES} entries`);
      }
      await store.command('HSET', partition, key, name, value);
      entries.set(name, value);
    },
    async delete(name) {
      await store.command('HDEL', partition, key, name);
      entries.delete(name);
    },
  };
}
