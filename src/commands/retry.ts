import { refused } from '../contract/index.ts';
import { channelOf, readChannel } from '../lanes/lane.ts';
import { CRASHES_TO_PARK } from '../lanes/lane-store.ts';
import type { Hurried, Standing } from '../lanes/queue.ts';
import {
  INBOUND_DEADLINE_MS,
  readOutbound,
  storeOutbound,
  UnreadableError,
} from '../lanes/stored.ts';
import { hindrances, noteBy } from './by-hand.ts';
import type { Asker, Desk, MessageCommand } from './desk.ts';
import { eachMessage, type Outcome } from './each.ts';
import { retryAll } from './retry-all.ts';
import { span } from './wording.ts';

/** A user may ask for an attempt so often at most: a network may take more for an attack. */
const USER_WAITS_MS = 60_000;

export const retry: MessageCommand = {
  word: 'retry',
  form: 'ID… | all [TRANSPORT]',
  summary: 'tries messages now that wait for another attempt',
  async run(desk, asker, request) {
    const others = request.words.filter((word) => word.toLowerCase() !== 'all');
    if (others.length < request.words.length) return await retryAll(desk, asker, others);
    return await eachMessage(desk, asker, request, (standing) => retryOne(desk, asker, standing));
  },
};

async function retryOne(desk: Desk, asker: Asker, standing: Standing): Promise<Outcome> {
  if (asker.is === 'user') refuseHaste(desk, standing);
  if (standing.state === 'dead') return await revive(desk, asker, standing);
  const { id, lane } = standing;
  const hurried = await desk.lanes.hurry(id);
  if (hurried !== 'hurried') return { done: hurried === 'served', words: WORDS[hurried] };
  // Of one whose turn had come already nothing was changed.
  if (standing.dueInMs !== 0) noteBy(desk, asker, standing, 'hurried');
  desk.wake(lane.channel, lane.partition);
  return { done: true, words: `${whatComes(standing)}.${await hindrances(desk, standing)}` };
}

function whatComes({ state, ahead }: Standing): string {
  if (state === 'unknown' || state === 'sending') {
    return 'is being looked into: it may have been sent, so it is asked first what became of it';
  }
  return ahead > 0 ? 'is tried now, behind those that came before it' : 'is tried now';
}

const WORDS: Readonly<Record<Exclude<Hurried, 'hurried'>, string>> = {
  served: 'is under way, or comes next: its conversation is being served.',
  'on-hold': 'is on hold: release it first.',
  handed: 'is handed over: there is nothing more to try.',
  dead: 'was put aside meanwhile.',
  gone: 'is not in the queue any more.',
};

/** @throws RefusedError */
function refuseHaste(desk: Desk, { state, attempts, crashes, since }: Standing): void {
  if (state === 'dead' && crashes >= CRASHES_TO_PARK) {
    const text =
      'The gateway failed at this message several times: only its operator can have it tried again.';
    throw refused('forbidden', 'cancel', text);
  }
  const ago = desk.now() - since;
  if (state === 'waiting' && attempts > 0 && ago < USER_WAITS_MS) {
    const left = span(USER_WAITS_MS - ago);
    throw refused(
      'policy-violation',
      'wait',
      `It was tried ${span(ago)} ago. Ask again in ${left}.`,
    );
  }
}

async function revive(desk: Desk, asker: Asker, standing: Standing): Promise<Outcome> {
  const { id, lane } = standing;
  const { transport: name, direction } = readChannel(lane.channel);
  const transport = desk.transports.find((each) => each.id === name);
  if (transport === undefined)
    return { done: false, words: `is of ${name}, which is not configured.` };
  let revived: boolean;
  if (direction === 'outbound') {
    const entry = await desk.lanes.read(id);
    try {
      const { event, reports } = transport.reports.revived(readOutbound(entry?.event ?? ''));
      const more = { event: storeOutbound(event), reports };
      revived = await desk.lanes.revive(id, desk.now() + transport.deadlineMs, more);
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      return { done: false, words: 'can not be read as it is stored: it can only be discarded.' };
    }
    desk.wake(channelOf(name, 'inbound'), lane.partition);
  } else {
    revived = await desk.lanes.revive(id, desk.now() + INBOUND_DEADLINE_MS);
  }
  if (!revived) return { done: false, words: WORDS.gone };
  noteBy(desk, asker, standing, 'revived');
  desk.wake(lane.channel, lane.partition);
  const told = direction === 'outbound' ? ' Its sender is told.' : '';
  return { done: true, words: `is tried once more.${told}${await hindrances(desk, standing)}` };
}
