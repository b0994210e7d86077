import type { MessageId, NetworkMessageId } from '../../contract/index.ts';
import type { Lane } from '../lane.ts';
import type { Entry, NewEntry, Part } from '../lane-store.ts';

/** A message as it is kept in memory. */
export interface Message {
  readonly id: MessageId;
  readonly lane: Lane;
  readonly event: string;
  readonly acceptedAt: number;
  deadlineAt: number;
  /** Its place in the old order of its lane. */
  sequence: number;
  state: Entry['state'];
  attempts: number;
  crashes: number;
  /** Of the claim that had it last. */
  token: number;
  since: number;
  parts: Part[];
  /** Of a handed message: when its time is over. */
  keptUntil: number;
}

export function newMessage(entry: NewEntry, sequence: number): Message {
  const { id, lane, event, acceptedAt, deadlineAt } = entry;
  return {
    ...{ id, lane, event, acceptedAt, deadlineAt, sequence },
    ...{
      state: 'waiting',
      attempts: 0,
      crashes: 0,
      token: 0,
      since: acceptedAt,
      parts: [],
      keptUntil: 0,
    },
  };
}

export function change(message: Message, to: Partial<Message>): void {
  Object.assign(message, to);
}

export function entryOf(message: Message): Entry {
  const { id, lane, event, acceptedAt, deadlineAt, state, attempts, crashes, since } = message;
  const parts = message.parts.map((part) => ({ ...part }));
  return { id, lane, event, acceptedAt, deadlineAt, state, attempts, crashes, since, parts };
}

/** More parts than any message has: news of further ones are not kept. */
const MOST_PARTS = 256;

/** The network has given a part its id: what was said of the id before still holds. */
export function partAccepted(message: Message, part: number, networkId: NetworkMessageId): void {
  const known = message.parts.find((each) => each.part === part);
  if (known?.networkId === networkId) return;
  message.parts = message.parts.filter((each) => each !== known);
  if (message.parts.length < MOST_PARTS) message.parts.push({ part, networkId, state: 'accepted' });
}

/** News of a part. The first end of a part stays; of an earlier attempt only success counts. */
export function partNews(message: Message, news: Part): void {
  const at = message.parts.findIndex((each) => each.part === news.part);
  const known = message.parts[at];
  if (known === undefined) {
    if (message.parts.length < MOST_PARTS) message.parts.push({ ...news });
  } else if (
    known.state === 'accepted' &&
    (known.networkId === news.networkId || news.state === 'delivered')
  ) {
    message.parts[at] = { ...known, state: news.state };
  }
}

/** `delivered` when every part is, `failed` when one is, undefined while that is open. */
export function verdictOf(parts: readonly Part[]): 'delivered' | 'failed' | undefined {
  if (parts.some(({ state }) => state === 'failed')) return 'failed';
  const all = parts.length > 0 && parts.every(({ state }) => state === 'delivered');
  return all ? 'delivered' : undefined;
}
