import { channelOf, readChannel } from '../lanes/lane.ts';
import type { NewEntry } from '../lanes/lane-store.ts';
import type { Standing, Withdrawn } from '../lanes/queue.ts';
import { readInbound, readOutbound, UnreadableError } from '../lanes/stored.ts';
import { withdrawn } from '../outbound/texts.ts';
import { noteBy } from './by-hand.ts';
import type { Asker, Desk, MessageCommand } from './desk.ts';
import { eachMessage, type Outcome } from './each.ts';
import { counted } from './wording.ts';

/** So often it is looked at anew when it was tried meanwhile. */
const LOOKS = 3;

export const discard: MessageCommand = {
  word: 'discard',
  form: 'ID…',
  summary: 'takes messages back that are not sent yet; their sender gets an error for them',
  danger: ({ words }) =>
    words.length === 0 ? undefined : `Discard ${counted(words.length, 'message')} for good?`,
  run: (desk, asker, request) =>
    eachMessage(desk, asker, request, (standing) => discardOne(desk, asker, standing)),
};

async function discardOne(desk: Desk, asker: Asker, first: Standing): Promise<Outcome> {
  let standing: Standing | undefined = first;
  for (let looks = 0; looks < LOOKS && standing !== undefined; looks++) {
    const outcome: Outcome | undefined = await tryToDiscard(desk, asker, standing);
    if (outcome !== undefined) return outcome;
    [standing] = await desk.lanes.look([first.id]);
  }
  return { done: false, words: standing === undefined ? WORDS.gone : WORDS.changed };
}

/** Undefined: it was tried meanwhile. */
async function tryToDiscard(
  desk: Desk,
  asker: Asker,
  standing: Standing,
): Promise<Outcome | undefined> {
  const { id, lane, state, attempts } = standing;
  if (state === 'dead') {
    if (!(await desk.lanes.discard(id))) return { done: false, words: WORDS.gone };
    noteBy(desk, asker, standing, 'discarded');
    return {
      done: true,
      words: 'is discarded. Nobody is told of that.',
    };
  }
  const told = state === 'waiting' ? await reportsOf(desk, asker, standing) : NOBODY;
  if (told === 'is a report') {
    const words =
      'tells a sender what became of his message: it can not be discarded while it waits.';
    return { done: false, words };
  }
  const result = await desk.lanes.withdraw(id, attempts, told.reports);
  if (result === 'changed') return undefined;
  if (result !== 'withdrawn') return { done: false, words: WORDS[result] };
  noteBy(desk, asker, standing, 'discarded');
  const { transport } = readChannel(lane.channel);
  // What was behind it may go on; and what its sender is told waits in the other direction.
  desk.wake(lane.channel, lane.partition);
  desk.wake(channelOf(transport, 'inbound'), lane.partition);
  return { done: true, words: `is discarded. ${told.words}` };
}

const WORDS: Readonly<Record<Exclude<Withdrawn, 'withdrawn'>, string>> = {
  sending: 'is under way: it can not be called back now.',
  unknown: 'may have been sent: the network is asked about it, and it can not be called back now.',
  handed: 'is handed over: it can not be called back any more.',
  dead: 'was put aside meanwhile: discard it once more.',
  changed: 'is being tried again and again: hold its conversation first.',
  gone: 'is not in the queue any more.',
};

interface Told {
  readonly reports: readonly NewEntry[];
  readonly words: string;
}

const NOBODY: Told = { reports: [], words: '' };

async function reportsOf(
  desk: Desk,
  asker: Asker,
  { id, lane, acceptedAt, parts }: Standing,
): Promise<Told | 'is a report'> {
  const { transport: name, direction } = readChannel(lane.channel);
  const came = {
    reports: [],
    words: 'It came from the network, which has been told that we have it.',
  };
  if (direction === 'kept' || direction === 'kept-large') return came;
  const entry = await desk.lanes.read(id);
  try {
    if (direction === 'inbound') {
      return readInbound(entry?.event ?? '').kind === 'text' ? came : 'is a report';
    }
    const event = readOutbound(entry?.event ?? '');
    const transport = desk.transports.find((each) => each.id === name);
    if (transport === undefined) return { reports: [], words: 'Its sender can not be told.' };
    const isOwn = asker.is === 'user';
    // Who takes it back himself need not be told once more in words.
    const about = { id, acceptedAt: isOwn ? desk.now() : acceptedAt };
    const refusal = withdrawn(isOwn ? 'sender' : 'operator', parts.length > 0);
    const words = isOwn ? 'Your client gets an error for it.' : 'Its sender is told.';
    return { reports: transport.reports.failed(about, event, refusal), words };
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    return {
      reports: [],
      words: 'What was stored of it could not be read, so nobody can be told.',
    };
  }
}
