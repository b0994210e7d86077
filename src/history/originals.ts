/**
 * All of a message, where its user is shown less of it until he asks: of each conversation the one
 * that came last. For 30 days, 256 MiB altogether.
 */

import type { ConversationKey } from '../lanes/lane.ts';

export interface Original {
  readonly conversation: ConversationKey;
  /** By which a repeat of the same event is recognised: it does not come last again. */
  readonly event: string;
  /** A body: for its user, and for no log. */
  readonly text: string;
}

export interface Originals {
  /**
   * Resolves when they are durable; each takes the place of the one before it in its conversation.
   * Calls end in the order in which they were made, also those with nothing to keep: who keeps the
   * order of messages needs no more.
   * @throws Error when they are not kept
   */
  keep(originals: readonly Original[]): Promise<void>;
  /**
   * What came last in a conversation. What was shown whole since then changes nothing: the user still
   * has the hint before his eyes, and his word for it must never reach the peer.
   * @throws Error when it can not be read
   */
  latest(conversation: ConversationKey): string | undefined;
  /** Writes what waits, and takes no more. May be called twice. */
  close(): void;
}
