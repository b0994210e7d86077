/** What a client is told of a room that it can not have. At most 120 characters. */

import type { Refusal } from '../contract/index.ts';

export const NOT_YET: Refusal = {
  condition: 'registration-required',
  type: 'cancel',
  text: 'You are not registered here yet. Write "register" to the gateway.',
};

export const NO_SESSION: Refusal = {
  condition: 'recipient-unavailable',
  type: 'wait',
  text: 'There is no connection to this room now. Please try again.',
};

export const NOT_A_NICK: Refusal = {
  condition: 'item-not-found',
  type: 'cancel',
  text: 'Only somebody who is in the room, by his nick, can be meant here.',
};

export const NOT_A_PERSON: Refusal = {
  condition: 'item-not-found',
  type: 'cancel',
  text: 'There is nobody at this address who could be invited.',
};

export const NO_INVITATIONS: Refusal = {
  condition: 'feature-not-implemented',
  type: 'cancel',
  text: 'Nobody can be invited from here.',
};

export const IN_A_LOOP: Refusal = {
  condition: 'policy-violation',
  type: 'wait',
  text: 'Not sent: you repeat what is said here, as in a loop of two relays. Mute for 5 minutes.',
};
