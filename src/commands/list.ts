/** What waits: for the operator in numbers and conversation by conversation, for a user his own messages. */

import { type MessageId, refused } from '../contract/index.ts';
import { channelOf, DIRECTIONS, laneOf, parseMessageId, readChannel } from '../lanes/lane.ts';
import type { Standing } from '../lanes/queue.ts';
import type { Answer, Asker, Desk, Request } from './desk.ts';
import { whoIs } from './find.ts';
import { type Named, readNames } from './parties.ts';
import { listOf, remember, rowsOfLanes } from './rows.ts';
import { surveyAsData, surveyInWords } from './survey.ts';
import { counted, onLine } from './wording.ts';

const ROWS = 20;
const MOST_ROWS = 200;
/** Of somebody's latest messages so many are looked for among what waits. */
const LOOKED_AT = 500;

/** @throws RefusedError */
export async function list(desk: Desk, asker: Asker, request: Request): Promise<Answer> {
  const [word, ...others] = request.words;
  if (word === 'more') return await more(desk, asker);
  const isParked = word === 'parked';
  const named = readNames(desk, asker, isParked ? others : request.words);
  const { account, peer } = named;
  if (account === undefined && peer === undefined) {
    return await (isParked ? parked : everything)(desk, asker, named, request);
  }
  const wanted = isParked ? ({ state }: Standing) => state === 'dead' : () => true;
  return await ofSomebody(desk, asker, named, request, wanted);
}

async function more(desk: Desk, asker: Asker): Promise<Answer> {
  const last = desk.listings.last(whoIs(asker));
  if (last?.more === undefined || last.after === undefined) {
    throw refused('item-not-found', 'cancel', 'There is no more of the last list.');
  }
  return await list(desk, asker, { words: last.more, after: last.after });
}

async function everything(
  desk: Desk,
  asker: Asker,
  { transport }: Named,
  request: Request,
): Promise<Answer> {
  const channels = desk.transports
    .filter(({ id }) => (transport ?? id) === id)
    .flatMap(({ id }) => DIRECTIONS.map((direction) => channelOf(id, direction)));
  const after = afterOf(request);
  const behind = after === undefined ? {} : { after };
  const [surveys, { waiting, more }, holds] = await Promise.all([
    desk.lanes.survey(channels),
    desk.lanes.heads({ channels, limit: limitOf(request), ...behind }),
    desk.lanes.holds(),
  ]);
  const rows = await rowsOfLanes(desk, asker, waiting);
  const notes = holds.map(({ note }) => note);
  const beginning =
    after === undefined
      ? [
          ...(await surveyInWords(desk, surveys)),
          ...notes.map((note) => `On hold: ${onLine(note)}.`),
        ]
      : [];
  const shown = waiting.map(({ head }) => head);
  const end = remember(desk, asker, request, shown, more);
  return {
    text: [...beginning, ...rows.map(({ line }) => line), ...end].join('\n'),
    data: {
      channels: surveys.map(surveyAsData),
      holds: notes,
      conversations: rows.map(({ data }) => data),
      more,
    },
    done: true,
  };
}

/** What was put aside, the latest first. */
async function parked(
  desk: Desk,
  asker: Asker,
  { transport }: Named,
  request: Request,
): Promise<Answer> {
  const all = await desk.lanes.look(await desk.lanes.dead(MOST_ROWS));
  const dead = all.filter(
    ({ lane }) =>
      (transport ?? readChannel(lane.channel).transport) === readChannel(lane.channel).transport,
  );
  const shown = dead.slice(0, limitOf(request));
  const answer = await listOf(desk, asker, request, shown, false);
  if (dead.length === 0) return { ...answer, text: 'Nothing was put aside.' };
  const left = dead.length - shown.length;
  if (left === 0) return answer;
  return { ...answer, text: `${answer.text}\nThese are the latest; at least ${left} are older.` };
}

/** Of a user, a contact, or one with the other: message by message, the oldest first. */
async function ofSomebody(
  desk: Desk,
  asker: Asker,
  named: Named,
  request: Request,
  wanted: (standing: Standing) => boolean,
): Promise<Answer> {
  const after = afterOf(request) ?? '';
  const ids = [...(await inLane(desk, named)), ...latest(desk, named)];
  const ordered = [...new Set(ids)].filter((id) => id > after).sort();
  const standings = (await desk.lanes.look(ordered)).filter(wanted);
  const handed = standings.filter(({ state }) => state === 'handed').length;
  const waiting = standings.filter(({ state }) => state !== 'handed');
  const limit = limitOf(request);
  const isMore = waiting.length > limit;
  const answer = await listOf(desk, asker, request, waiting.slice(0, limit), isMore);
  if (handed === 0) return answer;
  const also = `${counted(handed, 'message is', 'messages are')} handed over, and not confirmed yet.`;
  return { ...answer, text: `${answer.text}\n${also}`, data: { ...answer.data, handed } };
}

/** The messages of a conversation as they lie in its lane, however old they are. */
async function inLane(desk: Desk, named: Named): Promise<readonly MessageId[]> {
  const { transport, account, peer } = named;
  if (transport === undefined || account === undefined || peer === undefined) return [];
  return await desk.lanes.messagesOf(laneOf({ transport, account, peer }, 'outbound'), LOOKED_AT);
}

function latest(desk: Desk, { transport, account, peer }: Named): readonly MessageId[] {
  const where = transport === undefined ? {} : { transport };
  if (account !== undefined) {
    const filter = { ...where, account, ...(peer === undefined ? {} : { peer }) };
    return desk.stories.latest(filter, LOOKED_AT);
  }
  return peer === undefined ? [] : desk.stories.latest({ ...where, peer }, LOOKED_AT);
}

function limitOf({ most = ROWS }: Request): number {
  return Math.min(Math.max(1, Math.trunc(most)), MOST_ROWS);
}

function afterOf({ after }: Request): MessageId | undefined {
  if (after === undefined) return undefined;
  const id = parseMessageId(after.toUpperCase());
  if (id === undefined)
    throw refused('bad-request', 'modify', '--after takes the id of a message.');
  return id;
}
