import { Cluster, type Redis } from 'ioredis';
import type { Store } from './store.ts';

/** Every server that takes writes: one, or the primaries of a cluster. */
export function serversOf({ client }: Store): readonly Redis[] {
  return client instanceof Cluster ? client.nodes('master') : [client];
}

/** A section of INFO, as pairs. */
export async function infoOf(server: Redis, section: string): Promise<ReadonlyMap<string, string>> {
  const lines = (await server.info(section)).split('\r\n');
  return new Map(
    lines.flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)] as const] : [];
    }),
  );
}
