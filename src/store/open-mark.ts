import type { TransportId } from '../contract/index.ts';
import type { Store } from './store.ts';

/**
 * That a transport's stream is open lies in the store while it is so. Whoever comes to own the transport
 * and finds that, be it on whatever machine, knows that the process before has died with its stream.
 */
export interface OpenMark {
  /** Until when the stream of the process before was whole, milliseconds since the epoch; undefined: it was ended. */
  found(): Promise<number | undefined>;
  /** @param at until when the stream of this process is whole */
  set(at: number): Promise<void>;
  /** The stream of this process was ended. Says nothing about one that another process has opened since. */
  remove(): Promise<void>;
}

const REMOVE = `
local key = KEYS[1] .. ':open:' .. ARGV[1]
local found = redis.call('GET', key)
if not found or string.match(found, '^%d+ (.*)$') ~= ARGV[2] then return 0 end
return redis.call('DEL', key)
`;

/** @param holder a name of this process that no other has */
export function openMark(store: Store, transport: TransportId, holder: string): OpenMark {
  const partition = store.partitionFor(transport);
  const key = `open:${transport}`;
  const remove = store.script(REMOVE);
  return {
    async found() {
      const found = await store.command('GET', partition, key);
      const [, at] = /^(\d+) /.exec(String(found ?? '')) ?? [];
      return at === undefined ? undefined : Number(at);
    },
    async set(at) {
      await store.command('SET', partition, key, `${at} ${holder}`);
    },
    async remove() {
      await remove.run(partition, [transport, holder]);
    },
  };
}
