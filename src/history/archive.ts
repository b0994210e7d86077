/**
 * Archives of rooms (XEP-0313): what was said in each, as one account heard it. For 30 days, 50,000
 * entries each, 1 GiB altogether: beyond that the account that has most loses its oldest. The order of an
 * archive is the order in which it was appended to.
 */

import type { MessageId, NetworkMessageId, TransportId } from '../contract/index.ts';
import type { ConversationKey } from '../lanes/lane.ts';

/**
 * What of a room is kept: what people say in it. Its subject is not, as in other servers' archives: clients
 * that read an old one there take it for that of now. A `file` is a message whose body is the link to it.
 */
export type EntryKind = 'message' | 'file';

export interface Entry {
  /** Also the stanza-id of what was shown (XEP-0359); once in an archive. */
  readonly id: MessageId;
  /**
   * Milliseconds since the epoch. Kept between the entry before it and now, so that the times of an
   * archive never go back: what is given may be a clock of the network's.
   */
  readonly at: number;
  readonly kind: EntryKind;
  /** The nick of who said it, as it was shown; empty where it was the room itself. */
  readonly from: string;
  /** XEP-0421 */
  readonly occupantId?: string | undefined;
  /** Valid Unicode, XML characters only. For who is in the room, and for no log. */
  readonly body: string;
  /** The `id` of the message stanza, where its sender's client gave it one. */
  readonly messageId?: string | undefined;
  readonly networkId?: NetworkMessageId | undefined;
}

/** Which entries are wanted, and which page of them. An id may be any text: most are in no archive. */
export interface PageQuery {
  /** A nick. */
  readonly from?: string | undefined;
  /** Milliseconds since the epoch, themselves included. */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  /** Between these two, themselves excluded. */
  readonly afterId?: string | undefined;
  readonly beforeId?: string | undefined;
  /** These alone. */
  readonly ids?: readonly string[] | undefined;
  /** How many make a page. */
  readonly max: number;
  /** XEP-0059: the first after this one. */
  readonly after?: string | undefined;
  /** XEP-0059: the last before this one; empty: the last of all. */
  readonly before?: string | undefined;
}

export interface Page {
  /** In the order of the archive, whichever end they were taken from. Fewer than asked for where they are long. */
  readonly entries: readonly Entry[];
  /** Nothing wanted lies beyond this page, in the direction of the query. */
  readonly complete: boolean;
  /** How many are wanted altogether; undefined where it would have to be counted. */
  readonly count: number | undefined;
}

/** The first and the last entry. */
export interface Ends {
  readonly first: Entry;
  readonly last: Entry;
}

/** An archive is named by its conversation, whose peer is the room. What is appended is found at once. */
export interface Archive {
  /** Whether anything is kept: else no room says that it has an archive. */
  readonly keeps: boolean;
  /**
   * Returns at once. It is written some milliseconds later, with all that comes until then. A full disk
   * costs entries, never messages.
   */
  append(room: ConversationKey, entry: Entry): void;
  /**
   * What was appended is written now, where the disk takes it: a process that is killed loses none of
   * it, a power failure may cost the last of it. Never throws; what can not be written is tried again.
   * @returns whether all of it is written
   */
  commit(): boolean;
  /**
   * Resolves with true when what was appended until now outlives a power failure, and with false once the
   * operator was told that it can not be written, some seconds later at most. Never rejects.
   */
  written(): Promise<boolean>;
  /**
   * @returns undefined where an id that the query names is not in the archive
   * @throws Error when it can not be read
   */
  page(room: ConversationKey, query: PageQuery): Page | undefined;
  /** What is shown at a join: the last of it, in order; `since` likewise in milliseconds. */
  latest(room: ConversationKey, most: number, since?: number): readonly Entry[];
  /** An account is no more: nothing of it is found from now on. What is appended later is somebody else's. */
  forget(transport: TransportId, account: string): void;
  /** Undefined where it is empty. */
  ends(room: ConversationKey): Ends | undefined;
  /** Writes what waits, and takes no more. May be called twice. */
  close(): void;
}
