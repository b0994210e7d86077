/** What is said and written down of whatever is done to a message by hand. */

import type { MessageId } from '../contract/index.ts';
import { type Lane, readChannel } from '../lanes/lane.ts';
import type { Asker, Desk } from './desk.ts';
import { pauseInWords } from './standing.ts';

interface InChannel {
  readonly lane: Pick<Lane, 'channel'>;
}

/** Why it may not be tried at once all the same. */
export async function hindrances(desk: Desk, { lane }: InChannel): Promise<string> {
  const { transport } = readChannel(lane.channel);
  const served = await desk.isServed(transport);
  const idle = served ? '' : ` No gateway is running for ${transport}: it is tried when one is.`;
  return idle + (await pauseInWords(desk, lane.channel, desk.now()));
}

/** Writes into its story what was done by hand, and by whom. */
export function noteBy(
  desk: Desk,
  asker: Asker,
  { id, lane }: InChannel & { readonly id: MessageId },
  what: 'hurried' | 'revived' | 'discarded',
): void {
  const { transport } = readChannel(lane.channel);
  const detail = `by ${asker.is === 'operator' ? asker.name : 'its user'}`;
  desk.note({ message: id, transport, at: desk.now(), what, detail });
}
