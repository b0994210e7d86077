import type { MessageId } from '../../../src/contract/index.ts';
import { ALL_PARTITIONS } from '../../../src/lanes/lane.ts';
import type { Standing } from '../../../src/lanes/queue.ts';
import type { Room } from './room.ts';
import { LEASE_MS } from './room.ts';

export const WAITS = { kind: 'later', afterMs: LEASE_MS } as const;

export async function standing(room: Room, id: MessageId | undefined): Promise<Standing> {
  const [found] = id === undefined ? [] : await room.store.look([id]);
  if (found === undefined) throw new Error('it is not in custody');
  return found;
}

/** One that has been tried, and has to wait for the next attempt. */
export async function delayed(room: Room, text: string, lane = room.lane()): Promise<MessageId> {
  const id = await room.pushOne(lane, text);
  await room.settled(await room.one({ perLane: 1 }), [WAITS]);
  return id;
}

/** Page by page, two lanes at a time; nothing that is found is moved meanwhile. */
export async function held(room: Room): Promise<MessageId[]> {
  const { channel, store } = room;
  const heads: MessageId[] = [];
  for (const partition of ALL_PARTITIONS) {
    let skip = 0;
    for (let more = true; more; ) {
      const page = await store.held({ channel, partition, skip, limit: 2 });
      heads.push(...page.heads);
      skip += page.lanes;
      more = page.more;
    }
  }
  return heads.sort();
}

/** Page by page, two lanes at a time. */
export async function hurriedAll(room: Room): Promise<MessageId[]> {
  const { channel, store } = room;
  const heads: MessageId[] = [];
  for (const partition of ALL_PARTITIONS) {
    let skip = 0;
    for (let more = true; more; ) {
      const page = await store.hurryAll({ channel, partition, skip, limit: 2 });
      heads.push(...page.heads);
      skip += page.lanes - page.heads.length;
      more = page.more;
    }
  }
  return heads.sort();
}
