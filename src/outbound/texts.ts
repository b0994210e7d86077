/** What a sender is told when the network never got to say anything itself. At most 120 characters. */

import type { Refusal } from '../contract/index.ts';

export const POISONED: Refusal = {
  condition: 'internal-server-error',
  type: 'cancel',
  text: 'The gateway failed at this message several times. It may have been sent. The operator has been told.',
};

export const LOST_ACCOUNT: Refusal = {
  condition: 'registration-required',
  type: 'cancel',
  text: 'This message was not sent: you are not registered here any more.',
};

/** Nobody is left who could ask what became of an attempt. */
export const LOST_ACCOUNT_IN_DOUBT: Refusal = {
  ...LOST_ACCOUNT,
  text: 'You are not registered here any more. Whether this message was sent before that, nobody can tell.',
};

export const MAY_HAVE_BEEN_SENT: Refusal = {
  condition: 'remote-server-timeout',
  type: 'wait',
  text: 'This message may have been sent: the network never answered, and can not tell. Check before you repeat it.',
};

/** @param inPart whether the network has taken some of its parts */
export function expired(afterMs: number, inPart: boolean): Refusal {
  const what = inPart ? 'Only the beginning of this message was sent' : 'This message was not sent';
  return {
    condition: 'remote-server-timeout',
    type: 'wait',
    text: `${what}: the network could not be reached for ${duration(afterMs)}.`,
  };
}

/**
 * Its time was over while it was on hold.
 *
 * @param inPart whether the network has taken some of its parts
 */
export function overdue(inPart: boolean): Refusal {
  const what = inPart ? 'Only the beginning of this message was sent' : 'This message was not sent';
  return {
    condition: 'remote-server-timeout',
    type: 'wait',
    text: `${what}: it was held back until its time was over.`,
  };
}

/**
 * It was taken out of its lane while it waited.
 *
 * @param inPart whether the network has taken some of its parts
 */
export function withdrawn(by: 'sender' | 'operator', inPart: boolean): Refusal {
  const who = by === 'sender' ? 'You took this message back' : 'The operator took this message out';
  const what = inPart ? 'only its beginning was sent' : 'it was not sent';
  return { condition: 'not-acceptable', type: 'cancel', text: `${who}: ${what}.` };
}

function duration(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  if (minutes < 120) return minutes === 1 ? 'a minute' : `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
