/**
 * Failure has a small vocabulary. An adapter that throws anything else is believed to have met a
 * passing fault: before `attempt.leave()` it is tried again, after it the outcome is unknown.
 */

/** The conditions of RFC 6120 §8.3.3 that a gateway has a use for. `auth` types are not among them: clients turn them into a password prompt. */
export const STANZA_CONDITIONS = [
  'bad-request',
  'conflict',
  'feature-not-implemented',
  'forbidden',
  'gone',
  'internal-server-error',
  'item-not-found',
  'jid-malformed',
  'not-acceptable',
  'not-allowed',
  'policy-violation',
  'recipient-unavailable',
  'registration-required',
  'remote-server-not-found',
  'remote-server-timeout',
  'resource-constraint',
  'service-unavailable',
  'undefined-condition',
] as const;

export type StanzaCondition = (typeof STANZA_CONDITIONS)[number];

/** RFC 6120 §8.3.2, less `auth` and `continue`. */
export type StanzaErrorType = 'cancel' | 'modify' | 'wait';

/** What a sender is told: shown by clients beside the failed message. */
export interface Refusal {
  readonly condition: StanzaCondition;
  readonly type: StanzaErrorType;
  /** Plain words for a person, at most 120 characters, no trailing internals. */
  readonly text: string;
}

/**
 * What the core does with a failed attempt.
 *
 * - `never`: certainly not delivered, and trying again can not help. The sender is told.
 * - `later`: certainly not delivered; try again, not before `afterMs` where the network said so.
 *   `scope: 'transport'` pauses the whole transport (a rate limit, a ban), not this conversation only.
 * - `after-relink`: the account's credentials were refused; wait until the session is healthy again.
 * - `unknown-outcome`: bytes left and no answer came. Never repeated blindly: see `Resend`.
 */
export type Verdict =
  | { readonly kind: 'never'; readonly refusal: Refusal }
  | {
      readonly kind: 'later';
      readonly afterMs?: number;
      readonly scope?: 'conversation' | 'transport';
    }
  | { readonly kind: 'after-relink' }
  | { readonly kind: 'unknown-outcome' };

/** Thrown by `Session.deliver`. The message is for the operator's log: no secret, no body. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly verdict: Verdict;

  constructor(verdict: Verdict, message: string, options?: ErrorOptions) {
    super(message, options);
    this.verdict = verdict;
  }
}

/** Thrown where a user's input is refused before anything is stored: an address, a settings form, a message that the network can not carry. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.text);
    this.refusal = refusal;
  }
}

/** Shorthand for `new RefusedError({ … })`. */
export function refused(
  condition: StanzaCondition,
  type: StanzaErrorType,
  text: string,
): RefusedError {
  return new RefusedError({ condition, type, text });
}
