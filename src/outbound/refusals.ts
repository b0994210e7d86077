/** What a sender is told at once: nothing of his message is stored, or nobody knows. At most 120 characters. */

import type { Refusal } from '../contract/index.ts';

/** He is told how to come by an account, or gets one. */
export type NeedsAccount = Refusal & { readonly needsAccount: true };

/** While `admits` says no. */
export const BUSY: Refusal = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'The gateway can not take more messages just now. Please try again later.',
};

export const NOT_STORED: Refusal = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'The gateway could not store your message, so it is not sent. Please try again.',
};

export const PERHAPS_STORED: Refusal = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'It is not certain that the gateway has your message. It may still be sent: repeat it only if no answer comes.',
};

export const BROKEN: Refusal = {
  condition: 'internal-server-error',
  type: 'cancel',
  text: 'The gateway made a mistake with this message. Its operator can see it in the log.',
};

export function needsAccount(domain: string): NeedsAccount {
  return {
    condition: 'registration-required',
    type: 'cancel',
    text: `You are not registered here yet. Write "register" to help@${domain}.`,
    needsAccount: true,
  };
}

/** RFC 6120 §8.3.3.8 */
export function malformed(text: string): Refusal {
  return { condition: 'jid-malformed', type: 'modify', text: text.slice(0, 120) };
}
