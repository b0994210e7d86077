import { refused } from '../contract/index.ts';
import { ALL_PARTITIONS, type Channel, channelOf, DIRECTIONS, readChannel } from '../lanes/lane.ts';
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
  let tried = 0;
  const concerned: Channel[] = [];
  for (const channel of channels) {
    const before = tried;
    for (const partition of ALL_PARTITIONS)
      tried += await hurryAll(desk, asker, channel, partition);
    if (tried > before) concerned.push(channel);
  }
  return { text: await inWords(desk, tried, concerned), data: { tried }, done: true };
}

/** @returns in how many conversations */
async function hurryAll(
  desk: Desk,
  asker: Asker,
  channel: Channel,
  partition: number,
): Promise<number> {
  let [tried, skip] = [0, 0];
  for (let more = true; more; ) {
    const page = await desk.lanes.hurryAll({ channel, partition, skip, limit: LANES });
    for (const id of page.heads) noteBy(desk, asker, { id, lane: { channel } }, 'hurried');
    tried += page.heads.length;
    skip += page.lanes - page.heads.length;
    more = page.more;
  }
  if (tried > 0) desk.wake(channel, partition);
  return tried;
}

async function inWords(desk: Desk, tried: number, concerned: readonly Channel[]): Promise<string> {
  if (tried === 0) return 'Nothing waits for another attempt.';
  const notes = new Map<string, string>();
  for (const channel of concerned) {
    const words = await hindrances(desk, { lane: { channel } });
    const { transport } = readChannel(channel);
    if (words !== '') notes.set(transport, words);
  }
  const what = `${counted(tried, 'conversation')} that waited for another attempt`;
  const is = tried === 1 ? 'is' : 'are';
  return `${what} ${is} tried now.${[...notes.values()].join('')}`;
}
