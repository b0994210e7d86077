import type { DatabaseSync } from 'node:sqlite';
import { dropOldest } from '../bounded-map.ts';
import type { MessageId, TransportId } from '../contract/index.ts';
import type { ConversationKey } from '../lanes/lane.ts';
import { digestOf } from './digest.ts';
import type { Step, StoryFilter, StoryReader, Whose } from './history.ts';

/**
 * By what stories are found beside their id. Names (an account is one, too) are kept as digests, bucket by
 * bucket: what is written goes to the few pages of the last bucket, however much is kept, and an old one
 * is cut off whole. A message says in its story to which conversation it belongs; the number of one is
 * never given to another, or somebody would be told its messages.
 */
export const INDEX = `
  CREATE TABLE conversation (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    transport TEXT NOT NULL,
    peer TEXT NOT NULL,
    used INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX conversation_of_account ON conversation (account, transport, peer);
  CREATE INDEX conversation_with_peer ON conversation (peer);
  CREATE TABLE name (
    bucket INTEGER NOT NULL,
    digest INTEGER NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (bucket, digest, message)
  ) STRICT, WITHOUT ROWID;
`;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NAMES_A_BUCKET = 4_096;
const NAMES_A_STEP = 8;
export const MOST_NAMED = 10;
/** So many messages of one user are looked at for those of one contact. */
const MOST_SIFTED = 2_000;
/** So many users of one contact. */
const MOST_USERS = 20;
const CACHED = 4_096;
const ROWS_A_PRUNING = 500;

/** What the index can be asked. */
export type StoryIndex = Pick<StoryReader, 'named' | 'latest' | 'conversationOf'>;

export interface StoryIndexWriter {
  /** Within a transaction. @returns a line for the story */
  write(step: Step): string;
  /** The transaction was rolled back. */
  forgetCached(): void;
  /** Removes some of what is older. @returns whether there may be more */
  prune(before: number): boolean;
}

/** Of a file that was written before there was an index. */
export const NO_INDEX: StoryIndex = {
  named: () => [],
  latest: () => [],
  conversationOf: () => undefined,
};

/** A step that readers of the version before pass over. */
const BELONGS = /^\d+ ([oi])(\d+)$/m;

/** To which conversation a message belongs, and from whom in it, as its story says. */
export function belongsTo(
  steps: string,
): (Pick<Whose, 'direction'> & { readonly number: number }) | undefined {
  const [, letter, number] = BELONGS.exec(steps) ?? [];
  if (number === undefined) return undefined;
  return { number: Number(number), direction: letter === 'o' ? 'outbound' : 'inbound' };
}

export function storyIndex(database: DatabaseSync): StoryIndex {
  const lastBucket = database.prepare('SELECT max(bucket) AS bucket FROM name WHERE bucket < ?');
  const inBucket = database.prepare(
    'SELECT message FROM name WHERE bucket = ? AND digest = ? ORDER BY message DESC LIMIT ?',
  );
  const usersOf = database.prepare(
    'SELECT DISTINCT account, transport FROM conversation WHERE peer = ? ORDER BY used DESC',
  );
  const steps = database.prepare('SELECT steps FROM story WHERE message = ?');
  const conversation = database.prepare(
    'SELECT account, transport, peer FROM conversation WHERE number = ?',
  );

  const conversationOf = (message: MessageId): Whose | undefined => {
    const belongs = belongsTo(String(steps.get(message)?.steps));
    const row = belongs && conversation.get(belongs.number);
    if (belongs === undefined || row === undefined) return undefined;
    return {
      transport: String(row.transport) as TransportId,
      account: String(row.account),
      peer: String(row.peer),
      direction: belongs.direction,
    };
  };
  /** Bucket by bucket, the last one first: within a bucket the latest message first. */
  function* found(name: string, most: number): Generator<MessageId> {
    const digest = digestOf(name);
    for (let before = Number.MAX_SAFE_INTEGER; ; ) {
      const bucket = lastBucket.get(before)?.bucket;
      if (typeof bucket !== 'number') return;
      before = bucket;
      for (const { message } of inBucket.all(bucket, digest, most)) {
        yield String(message) as MessageId;
      }
    }
  }
  const ofAccount = (account: string, filter: StoryFilter, most: number) => {
    const messages = new Set<MessageId>();
    let sifted = 0;
    for (const message of found(accountName(account), MOST_SIFTED)) {
      if (messages.size >= most || ++sifted > MOST_SIFTED) break;
      const whose = conversationOf(message);
      if (whose !== undefined && isMeant(whose, filter)) messages.add(message);
    }
    return [...messages].sort().reverse();
  };

  return {
    conversationOf,
    named(name) {
      const messages = new Set<MessageId>();
      for (const message of found(name, MOST_NAMED)) {
        if (messages.size < MOST_NAMED) messages.add(message);
        else break;
      }
      return [...messages].sort().reverse();
    },
    latest(filter, most) {
      const { account } = filter;
      if (account !== undefined) return ofAccount(account, filter, most);
      const users = new Set(usersOf.all(filter.peer).map((row) => String(row.account)));
      const known = [...users].slice(0, MOST_USERS);
      const all = known.flatMap((user) => ofAccount(user, filter, most));
      return all.sort().reverse().slice(0, most);
    },
  };
}

/** Whether what is left open or given by a filter is so. */
export function isMeant(
  whose: ConversationKey,
  { transport = whose.transport, account = whose.account, peer = whose.peer }: StoryFilter,
): boolean {
  return whose.transport === transport && whose.account === account && whose.peer === peer;
}

/** No name that a client or a network gives begins like this. */
function accountName(account: string): string {
  return `\0${account}`;
}

export function storyIndexWriter(database: DatabaseSync, now: () => number): StoryIndexWriter {
  const conversation = database.prepare(
    `INSERT INTO conversation (account, transport, peer, used) VALUES (?, ?, ?, ?)
     ON CONFLICT (account, transport, peer) DO UPDATE SET used = max(used, excluded.used)
     RETURNING number`,
  );
  const write = database.prepare('INSERT OR IGNORE INTO name VALUES (?, ?, ?)');
  const forgetNames = database.prepare(
    `DELETE FROM name WHERE (bucket, digest, message) IN
     (SELECT bucket, digest, message FROM name WHERE bucket < ? LIMIT ${ROWS_A_PRUNING})`,
  );
  const forgetConversations = database.prepare('DELETE FROM conversation WHERE used < ?');
  /** Each with its number, the digest of its account, and when it was written down last. */
  const known = new Map<string, { number: number; digest: number; used: number }>();
  let bucket = Number.NEGATIVE_INFINITY;
  let names = 0;

  const name = (digest: number, message: MessageId) => {
    names += 1;
    if (names > NAMES_A_BUCKET || now() - bucket > HOUR_MS) {
      bucket = Math.max(now(), bucket + 1);
      names = 1;
    }
    write.run(bucket, digest, message);
  };
  const lookUp = (account: string, transport: string, peer: string, at: number) => {
    const key = `${transport}\0${account}\0${peer}`;
    const cached = known.get(key);
    if (cached !== undefined && at - cached.used < DAY_MS) return cached;
    const number = Number(conversation.get(account, transport, peer, at)?.number);
    const fresh = { number, digest: digestOf(accountName(account)), used: at };
    known.set(key, fresh);
    dropOldest(known, CACHED);
    return fresh;
  };
  return {
    write({ message, transport, at, conversation: whose, names: given = [] }) {
      for (const one of given.slice(0, NAMES_A_STEP)) name(digestOf(one), message);
      if (whose === undefined) return '';
      const { number, digest } = lookUp(whose.account, transport, whose.peer, at);
      name(digest, message);
      return `${at} ${whose.direction === 'outbound' ? 'o' : 'i'}${number}\n`;
    },
    forgetCached: () => known.clear(),
    prune(before) {
      const { changes } = forgetNames.run(before);
      // What is cached is a day old at most.
      forgetConversations.run(before - DAY_MS);
      return Number(changes) === ROWS_A_PRUNING;
    },
  };
}
