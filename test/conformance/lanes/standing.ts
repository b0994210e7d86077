import type { MessageId } from '../../../src/contract/index.ts';
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
