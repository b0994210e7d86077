import { type MessageId, refused } from '../contract/index.ts';
import { type Channel, channelOf, DIRECTIONS, readChannel } from '../lanes/lane.ts';
import type { Standing } from '../lanes/queue.ts';
import { hindrances, noteBy } from './by-hand.ts';
import type { Answer, Asker, Desk } from './desk.ts';
import { readNames } from './parties.ts';
import { counted } from './wording.ts';

/** So many conversations are looked at together. */
const LANES = 256;

/**
 * Ends the wait of every conversation whose head has to wait for another attempt, of one transport or of
 * all. What is on hold, and what was put aside, is left alone: both are somebody's decision.
 *
 * @param words what was said beside "all"
 * @throws RefusedError
 */
export async function retryAll(
  desk: Desk,
  asker: Asker,
  words: readonly string[],
): Promise<Answer> {
  if (asker.is === 'user') {
    throw refused('forbidden', 'cancel', 'Everything at once is for the administrators.');
  }
  const { transport, account, peer } = readNames(desk, asker, words);
  if (account !== undefined || peer !== undefined) {
    throw refused('bad-request', 'modify', 'Say "retry all", or "retry all" and a transport.');
  }
  const channels = desk.transports
    .filter(({ id }) => (transport ?? id) === id)
    .flatMap(({ id }) => DIRECTIONS.map((direction) => channelOf(id, direction)));
  const hurried = new Map<Channel, Standing>();
  let tried = 0;
  for await (const head of headsThatWait(desk, channels)) {
    if ((await desk.lanes.hurry(head.id)) !== 'hurried') continue;
    tried += 1;
    noteBy(desk, asker, head, 'hurried');
    desk.wake(head.lane.channel, head.lane.partition);
    if (!hurried.has(head.lane.channel)) hurried.set(head.lane.channel, head);
  }
  return {
    text: await inWords(desk, tried, [...hurried.values()]),
    data: { tried },
    done: true,
  };
}

async function* headsThatWait(desk: Desk, channels: readonly Channel[]): AsyncGenerator<Standing> {
  let after: { readonly after?: MessageId } = {};
  for (let more = true; more; ) {
    const found = await desk.lanes.heads({ channels, limit: LANES, ...after });
    const last = found.waiting.at(-1);
    more = found.more && last !== undefined;
    if (last !== undefined) after = { after: last.head };
    for (const standing of await desk.lanes.look(found.waiting.map(({ head }) => head))) {
      const { dueInMs = 0, served, onHold } = standing;
      if (dueInMs > 0 && !served && !onHold) yield standing;
    }
  }
}

/** @param one of each channel in which something is tried */
async function inWords(desk: Desk, tried: number, one: readonly Standing[]): Promise<string> {
  if (tried === 0) return 'Nothing waits for another attempt.';
  const notes = new Map<string, string>();
  for (const standing of one) {
    const words = await hindrances(desk, standing);
    const { transport } = readChannel(standing.lane.channel);
    if (words !== '') notes.set(transport, words);
  }
  const what = `${counted(tried, 'conversation')} that waited for another attempt`;
  const is = tried === 1 ? 'is' : 'are';
  return `${what} ${is} tried now.${[...notes.values()].join('')}`;
}
