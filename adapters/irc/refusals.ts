/** Why something that a user wants is not done here, before or without a word of the server. */

import type { Refusal } from 'postern/adapter';
import { refusalOf } from './errors.ts';
import type { Answer } from './questions.ts';

export const NOT_CONNECTED: Refusal = {
  condition: 'recipient-unavailable',
  type: 'wait',
  text: 'There is no connection to the server now. Please try again.',
};
const NOT_KNOWN: Refusal = {
  condition: 'remote-server-timeout',
  type: 'wait',
  text: 'The server was asked, and did not say in time whether it has done it.',
};
export const NO_SERVER: Refusal = {
  condition: 'item-not-found',
  type: 'cancel',
  text: 'This server is not here any more.',
};
export const NOT_IN_IT: Refusal = {
  condition: 'not-acceptable',
  type: 'cancel',
  text: 'You are not in this channel. Join it first.',
};
export const NOBODY: Refusal = {
  condition: 'item-not-found',
  type: 'cancel',
  text: 'Nobody with this nick is in the channel.',
};
export const ELSEWHERE: Refusal = {
  condition: 'item-not-found',
  type: 'cancel',
  text: 'He is on another server than this channel.',
};
export const NOT_HERE: Refusal = {
  condition: 'feature-not-implemented',
  type: 'cancel',
  text: 'This server has no such rank.',
};
export const TOPIC_TOO_LONG: Refusal = {
  condition: 'not-acceptable',
  type: 'modify',
  text: 'The server allows no topic that is as long, or has several lines.',
};

/** @returns undefined where it is done */
export function refusedBy(answer: Answer): Refusal | undefined {
  return answer === 'done' ? undefined : whyNot(answer);
}

export function whyNot(answer: Exclude<Answer, 'done'>): Refusal {
  if (answer === 'unsent') return NOT_CONNECTED;
  return answer === 'unknown' ? NOT_KNOWN : refusalOf(answer, 'change');
}
