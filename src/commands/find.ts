import { type MessageId, refused } from '../contract/index.ts';
import { parseMessageId } from '../lanes/lane.ts';
import type { Standing } from '../lanes/queue.ts';
import type { Asker, Desk, StoryDesk } from './desk.ts';
import { isOpenTo } from './parties.ts';
import { onLine } from './wording.ts';

/** Our id, alone or within one of the network: it may be the local part of a Message-ID. */
const OUR_ID = /(?<![0-9A-Za-z])[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}(?![0-9A-Za-z])/;

/** Where a user was shown a list last. */
export function whoIs(asker: Asker): string {
  return asker.is === 'operator' ? asker.name : `${asker.transport} ${asker.jid}`;
}

/**
 * The messages that a word may mean, the latest first: by our id, by that of a stanza or of the network.
 * Only those that are open to whoever asks.
 */
export async function messagesNamed(
  desk: StoryDesk,
  asker: Asker,
  word: string,
): Promise<readonly MessageId[]> {
  const ours = parseMessageId((OUR_ID.exec(word)?.[0] ?? '').toUpperCase());
  const name = word.replace(/^<(.*)>$/, '$1');
  const found = [...new Set([...(ours === undefined ? [] : [ours]), ...desk.stories.named(name)])];
  const standings = (await desk.lanes?.look(found)) ?? [];
  const open: MessageId[] = [];
  for (const id of found) {
    const standing = standings.find((each) => each.id === id);
    if (await isOpenTo(desk, asker, id, standing)) open.push(id);
  }
  return open;
}

/** One message, or the number of one that he was shown last, as it stands in custody. */
export async function messageInCustody(desk: Desk, asker: Asker, word: string): Promise<Standing> {
  const numbered = /^\d{1,2}$/.test(word)
    ? desk.listings.numbered(whoIs(asker), Number(word))
    : undefined;
  const ids = numbered === undefined ? await messagesNamed(desk, asker, word) : [numbered];
  const standings = await desk.lanes.look(ids);
  const [standing, ...others] = standings;
  if (others.length > 0) {
    const all = standings.map(({ id }) => id).join(', ');
    const text = `Several messages have the name ${onLine(word)}. Say which: ${all}.`;
    throw refused('conflict', 'modify', text);
  }
  if (standing !== undefined) return standing;
  const text =
    ids.length > 0
      ? `${onLine(word)} is not in the queue any more: "why ${onLine(word)}" tells what became of it.`
      : `I know no message ${onLine(word)}. "queue" lists what waits.`;
  throw refused('item-not-found', 'cancel', text);
}
