/** Messages and lanes as lines of a list. */

import type { MessageId } from '../contract/index.ts';
import { readChannel } from '../lanes/lane.ts';
import type { Standing, Waiting } from '../lanes/queue.ts';
import type { Answer, Asker, Desk, Request } from './desk.ts';
import { whoIs } from './find.ts';
import { inWords, partiesOf } from './parties.ts';
import { standingInWords } from './standing.ts';
import { counted, span, time } from './wording.ts';

export interface Row {
  readonly line: string;
  readonly data: object;
}

/** One line for each lane, by its head. */
export async function rowsOfLanes(
  desk: Desk,
  asker: Asker,
  waiting: readonly Waiting[],
): Promise<readonly Row[]> {
  const heads = await desk.lanes.look(waiting.map(({ head }) => head));
  const rows = await rowsOf(desk, asker, heads);
  return rows.map(({ line, data }, index) => {
    const lane = waiting.find(({ head }) => head === heads[index]?.id);
    const messages = lane?.messages ?? 1;
    const behind = `${counted(messages - 1, 'more waits', 'more wait')} behind it.`;
    return { line: messages > 1 ? `${line} ${behind}` : line, data: { ...data, messages } };
  });
}

async function rowsOf(
  desk: Desk,
  asker: Asker,
  standings: readonly Standing[],
): Promise<readonly Row[]> {
  return await Promise.all(standings.map((each, index) => rowOf(desk, asker, each, index)));
}

/** The answer that is a list of messages. Whoever asked may speak of them by their numbers. */
export async function listOf(
  desk: Desk,
  asker: Asker,
  request: Request,
  standings: readonly Standing[],
  isMore: boolean,
): Promise<Answer> {
  const rows = await rowsOf(desk, asker, standings);
  const ids = standings.map(({ id }) => id);
  const lines = rows.length === 0 ? ['Nothing waits.'] : rows.map(({ line }) => line);
  return {
    text: [...lines, ...remember(desk, asker, request, ids, isMore)].join('\n'),
    data: { messages: rows.map(({ data }) => data), more: isMore },
    done: true,
  };
}

/** Notes what he was shown. @returns the line that says how the list goes on */
export function remember(
  desk: Desk,
  asker: Asker,
  { words }: Request,
  messages: readonly MessageId[],
  isMore: boolean,
): readonly string[] {
  const after = messages.at(-1);
  desk.listings.show(whoIs(asker), { messages, more: isMore ? words : undefined, after });
  if (!isMore) return [];
  return [`There is more: ${isShownNumbers(asker) ? 'write "queue more"' : `--after ${after}`}.`];
}

function isShownNumbers(asker: Asker): boolean {
  return asker.is === 'user' || asker.inChat;
}

async function rowOf(desk: Desk, asker: Asker, standing: Standing, index: number): Promise<Row> {
  const { id, acceptedAt, lane, state, attempts, dueInMs, onHold } = standing;
  const parties = await partiesOf(desk, id, standing);
  const who = parties === undefined ? 'unknown' : inWords(parties);
  const { transport, direction } = readChannel(lane.channel);
  const words = standingInWords(standing, desk.now());
  const name = isShownNumbers(asker) ? `${index + 1}.` : id;
  const since = `since ${time(acceptedAt)} (${span(desk.now() - acceptedAt)})`;
  return {
    line: `${name}  ${transport}  ${who}, ${since}: ${words}.`,
    data: {
      ...{ message: id, transport, direction },
      ...(parties?.account === undefined ? {} : { account: parties.account }),
      ...(parties?.contact === undefined ? {} : { contact: parties.contact }),
      ...{ since: new Date(acceptedAt).toISOString(), state, attempts, onHold },
      ...(dueInMs === undefined ? {} : { dueInMs }),
      words,
    },
  };
}
