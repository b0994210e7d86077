import type { Store } from '../store/store.ts';

/** All fields of a hash with their values; empty where there is none. */
export async function readHash(
  store: Pick<Store, 'command'>,
  partition: number,
  key: string,
): Promise<Map<string, string>> {
  const flat = await store.command('HGETALL', partition, key);
  const fields = new Map<string, string>();
  if (!Array.isArray(flat)) return fields;
  for (let i = 0; i + 1 < flat.length; i += 2) fields.set(String(flat[i]), String(flat[i + 1]));
  return fields;
}
