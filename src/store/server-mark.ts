import type { TransportId } from '../contract/index.ts';
import type { Store } from './store.ts';

/**
 * Which server has what a transport handed over, told by when that server began. Of each transport for
 * itself: what one of them has sent again to a server that is new, another has not yet.
 */
export interface ServerMark {
  /** When it began, milliseconds since the epoch; undefined: nobody knows, or it was a server of another domain. */
  found(): Promise<number | undefined>;
  /**
   * Before the first message is handed over to it.
   * @param startedAt undefined: it does not say
   */
  set(startedAt: number | undefined): Promise<void>;
}

/** @param server its own domain; undefined: it is not asked when it began */
export function openServerMark(
  store: Store,
  transport: TransportId,
  server: string | undefined,
): ServerMark {
  const partition = store.partitionFor(transport);
  const key = `server:${transport}`;
  return {
    async found() {
      const found = await store.command('GET', partition, key);
      const [, at, of] = /^(\d+) (.+)$/.exec(String(found ?? '')) ?? [];
      return at === undefined || of !== server ? undefined : Number(at);
    },
    async set(startedAt) {
      if (startedAt === undefined || server === undefined) {
        await store.command('DEL', partition, key);
      } else {
        await store.command('SET', partition, key, `${Math.round(startedAt)} ${server}`);
      }
    },
  };
}
