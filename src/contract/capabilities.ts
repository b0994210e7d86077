/** What an adapter declares about its network, as data: the only source for disco, commands, docs and the checks in `accept`. */

/** How the adapter is connected: no connection, one for the transport, or one (or more) an account. */
export type ConnectionKind = 'stateless' | 'shared' | 'per-account';

/**
 * The furthest that the network tells about a message.
 *
 * - `none`: accepted by the network is all we ever learn.
 * - `network`: a next hop took responsibility (a relay, a carrier).
 * - `device`: the person's device has it.
 */
export type ReceiptKind = 'none' | 'network' | 'device';

/**
 * What a repeat of the same message does.
 *
 * - `deduplicated`: the network or the recipient recognises it by an id, so it is safe.
 * - `may-duplicate`: it arrives twice. After an unknown outcome the core reconciles, and where that
 *   is impossible does what the transport's `unknownOutcome` setting says.
 */
export type Resend = 'deduplicated' | 'may-duplicate';

/** How a user comes by an account: he registers, or writes his first message. */
export type AccountOrigin = 'registration' | 'first-message';

export interface Capabilities {
  readonly connection: ConnectionKind;
  readonly accounts: AccountOrigin;
  readonly receipts: ReceiptKind;
  readonly resend: Resend;
  /** `conversation`: a later message never overtakes an earlier one. `none`: each is on its own. */
  readonly order: 'conversation' | 'none';
  /** How long an outbound message is tried before its sender is told that it expired. */
  readonly deadlineMs: number;
  /**
   * After so long without a hand-over the sender is told, once, that his message is still tried. Left
   * out: he is not.
   */
  readonly delayNoticeMs?: number;
  /** Counted from `accept`, or from the moment the message is the first in its lane. */
  readonly deadlineFrom: 'accept' | 'head';
  /** How long after the hand-over news of it may still come. Past it, it ends `unconfirmed`; 0 where no news ever comes. */
  readonly confirmationMs: number;
  /** How long a repeated inbound `eventId` is recognised. */
  readonly duplicateWindowMs: number;
  /** How many `deliver` calls the adapter takes at once, over all accounts. */
  readonly concurrency: number;
}
