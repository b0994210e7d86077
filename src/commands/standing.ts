/** How a message stands, in words. */

import { type Channel, type Direction, readChannel } from '../lanes/lane.ts';
import { MOST_AHEAD, type Standing } from '../lanes/queue.ts';
import type { StoryDesk } from './desk.ts';
import { counted, span, time } from './wording.ts';

/** @param at now, milliseconds since the epoch */
export function standingInWords(standing: Standing, at: number): string {
  const { state, served, lane } = standing;
  switch (state) {
    case 'waiting':
      return waitingInWords(standing, at);
    case 'sending':
      return served
        ? 'is under way'
        : 'was under way when its process ended: it is found out what became of it';
    case 'unknown':
      return 'may have been sent: the network is asked what became of it';
    case 'handed':
      return handedInWords(readChannel(lane.channel).direction, standing.since);
    case 'dead':
      return `was put aside for the operator at ${time(standing.since)}`;
  }
}

function waitingInWords(standing: Standing, at: number): string {
  const { onHold, ahead, attempts, dueInMs = 0 } = standing;
  const tried = attempts === 0 ? '' : ` after ${counted(attempts, 'attempt')}`;
  if (onHold) return `is on hold${tried}`;
  if (ahead > 0) {
    const others = ahead >= MOST_AHEAD ? `${MOST_AHEAD} or more others` : counted(ahead, 'other');
    return `waits behind ${others}${tried}`;
  }
  if (dueInMs > 0 && !standing.served) return `is tried again at ${time(at + dueInMs)}${tried}`;
  return `waits for its turn${tried}`;
}

function handedInWords(direction: Direction, since: number): string {
  const where =
    direction === 'outbound'
      ? 'the network, which has not said more of it yet'
      : 'the server of its user';
  return `is with ${where}, since ${time(since)}`;
}

/** What is true of all that waits for a network, as the end of a sentence; empty where nothing is. */
export async function pauseInWords(
  { lanes }: Pick<StoryDesk, 'lanes'>,
  channel: Channel,
  at: number,
): Promise<string> {
  const ms = await lanes?.pauseOf(channel);
  if (ms === undefined) return '';
  return ` The network has asked ${readChannel(channel).transport} to wait until ${time(at + ms)} (${span(ms)}): nothing is tried before.`;
}
