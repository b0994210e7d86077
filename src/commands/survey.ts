/** The queue in numbers, channel by channel. */

import { type Channel, type Direction, readChannel, timeOf } from '../lanes/lane.ts';
import type { Survey } from '../lanes/queue.ts';
import type { Desk } from './desk.ts';
import { pauseInWords } from './standing.ts';
import { counted, span, time } from './wording.ts';

const WAYS: Readonly<Record<Direction, string>> = {
  outbound: 'to the network',
  inbound: 'to users',
  kept: 'from the network, not opened yet',
  'kept-large': 'from the network, large, not opened yet',
};

/** One line a channel in which there is anything, and one a transport that nobody serves. */
export async function surveyInWords(desk: Desk, surveys: readonly Survey[]): Promise<string[]> {
  const busy = surveys.filter(({ lanes, handed, dead }) => lanes + handed + dead > 0);
  const lines = await Promise.all(busy.map((survey) => channelInWords(desk, survey)));
  const transports = new Set(surveys.map(({ channel }) => readChannel(channel).transport));
  for (const id of transports) {
    if (!(await desk.isServed(id)))
      lines.push(`${id} is not served: no gateway is running for it.`);
  }
  return busy.length === 0 ? ['Nothing waits.', ...lines] : lines;
}

async function channelInWords(desk: Desk, survey: Survey): Promise<string> {
  const { channel, handed, dead, oldest } = survey;
  const { transport, direction } = readChannel(channel);
  const at = oldest === undefined ? undefined : timeOf(oldest);
  const parts = [
    ...waitingInWords(survey),
    ...(at === undefined ? [] : [`the oldest since ${time(at)} (${span(desk.now() - at)})`]),
    ...(handed === 0 ? [] : [`${handed} handed over, and not confirmed yet`]),
    ...(dead === 0 ? [] : [`${dead} put aside: see "queue parked"`]),
  ];
  const pause = survey.lanes === 0 ? '' : await pauseInWords(desk, channel, desk.now());
  return `${transport}, ${WAYS[direction]}: ${parts.join('; ')}.${pause}`;
}

function waitingInWords({ lanes, waiting, served, delayed, onHold, partial }: Survey): string[] {
  if (lanes === 0) return [];
  const states = [
    ...(served === 0 ? [] : [`${served} under way`]),
    ...(delayed === 0 ? [] : [`${delayed} to be tried again`]),
    ...(onHold === 0 ? [] : [`${onHold} on hold`]),
  ];
  const all = `${counted(waiting, 'message')} in ${counted(lanes, 'conversation')}`;
  const which = states.length === 0 ? '' : ` (${states.join(', ')})`;
  return [`${partial ? 'at least ' : ''}${all}${which}`];
}

export function surveyAsData({ channel, oldest, ...numbers }: Survey): object {
  const since = oldest === undefined ? {} : { since: new Date(timeOf(oldest)).toISOString() };
  return { ...readChannel(channel satisfies Channel), ...numbers, ...since };
}
