/** What Postern itself says to a user: durable, in order, in the name of a helper or of the domain. */

import type { MessageId, TransportId } from '../contract/index.ts';
import { duplicateKey, laneOf, newMessageId } from '../lanes/lane.ts';
import type { LaneStore, NewEntry } from '../lanes/lane-store.ts';
import { INBOUND_DEADLINE_MS, storeInbound } from '../lanes/stored.ts';
import type { BareJid } from '../xmpp/jid.ts';

const ONCE_MS = 3_600_000;

export interface Word {
  readonly to: BareJid;
  /** Local part in wire form; undefined: the domain itself speaks. */
  readonly from?: string | undefined;
  readonly text: string;
  /** At most one word of this key to this user within an hour, or `onceMs`. */
  readonly once?: string;
  /** Milliseconds. */
  readonly onceMs?: number;
}

export interface SayOptions {
  readonly transport: TransportId;
  readonly lanes: Pick<LaneStore, 'push'>;
  readonly nudge: (partition: number) => void;
  readonly now: () => number;
}

/** Resolves when the words are stored. */
export async function say(
  { transport, lanes, nudge, now }: SayOptions,
  words: readonly Word[],
): Promise<readonly MessageId[]> {
  if (words.length === 0) return [];
  const entries = words.map((word) => entryOf(transport, word, now()));
  await lanes.push(entries);
  for (const { lane } of entries) nudge(lane.partition);
  return entries.map(({ id }) => id);
}

function entryOf(transport: TransportId, word: Word, now: number): NewEntry {
  const { to, from, text, once, onceMs = ONCE_MS } = word;
  // What we say ourselves is a conversation of its own: no peer has an empty id.
  const lane = laneOf({ transport, account: to, peer: '' }, 'inbound');
  return {
    id: newMessageId(lane.partition, now),
    lane,
    event: storeInbound({ v: 1, kind: 'text', to, ...(from === undefined ? {} : { from }), text }),
    acceptedAt: now,
    deadlineAt: now + INBOUND_DEADLINE_MS,
    duplicateKeys:
      once === undefined ? [] : [{ key: duplicateKey(transport, to, once), windowMs: onceMs }],
  };
}
