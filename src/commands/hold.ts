import { refused } from '../contract/index.ts';
import { channelOf, laneOf, PARTITIONS } from '../lanes/lane.ts';
import type { HoldTarget } from '../lanes/queue.ts';
import type { Asker, Desk, MessageCommand } from './desk.ts';
import { messagesNamed } from './find.ts';
import { describe, readNames } from './parties.ts';
import { onLine, time } from './wording.ts';

interface Meant {
  readonly target: HoldTarget;
  readonly words: string;
}

const FORM = 'TRANSPORT | USER CONTACT | ID';

export const hold: MessageCommand = {
  word: 'hold',
  form: FORM,
  summary: 'keeps what goes to a network, or to one contact of a user, until it is released',
  forAdmins: true,
  danger: ({ words }) =>
    words.length === 1 && !/[@\d]/.test(words[0] ?? '')
      ? `Hold back all that goes to ${words[0]}?`
      : undefined,
  async run(desk, asker, { words }) {
    const meant = await whatIsMeant(desk, asker, words);
    const by = asker.is === 'operator' ? asker.name : asker.jid;
    const note = `${meant.words}, since ${time(desk.now())}, by ${by}`;
    const done = await desk.lanes.hold(meant.target, note);
    const text = done
      ? `On hold: ${meant.words}. What is under way goes on; what is taken meanwhile waits, and its time runs on.`
      : `${meant.words} was on hold already.`;
    return { text, data: { hold: meant.words, changed: done }, done: true };
  },
};

export const release: MessageCommand = {
  word: 'release',
  form: FORM,
  summary: 'lets go what was on hold',
  forAdmins: true,
  async run(desk, asker, { words }) {
    const { target, words: what } = await whatIsMeant(desk, asker, words);
    const done = await desk.lanes.resume(target);
    if (!done) return { text: `${what} was not on hold.`, data: { changed: false }, done };
    const { channel, conversation } = target;
    if (conversation !== undefined) desk.wake(channel, conversation.partition);
    else for (let partition = 0; partition < PARTITIONS; partition++) desk.wake(channel, partition);
    return { text: `Released: ${what}.`, data: { released: what, changed: true }, done };
  },
};

/** @throws RefusedError */
async function whatIsMeant(desk: Desk, asker: Asker, words: readonly string[]): Promise<Meant> {
  const [word = ''] = words;
  if (words.length === 1 && desk.transports.every(({ id }) => id !== word)) {
    const [id] = await messagesNamed(desk, asker, word);
    const whose = id === undefined ? undefined : desk.stories.conversationOf(id);
    if (whose !== undefined) return conversation(desk, whose);
  }
  const { transport, account, peer } = readNames(desk, asker, words);
  if (transport !== undefined && account === undefined && peer === undefined) {
    const words = `all that goes to ${transport}`;
    return { target: { channel: channelOf(transport, 'outbound') }, words };
  }
  if (transport !== undefined && account !== undefined && peer !== undefined) {
    return conversation(desk, { transport, account, peer });
  }
  const text = 'Say what: a transport, a user and his contact, or a message of their conversation.';
  throw refused('bad-request', 'modify', text);
}

function conversation(desk: Desk, whose: Parameters<typeof laneOf>[0]): Meant {
  const { transport, account, peer } = whose;
  const lane = laneOf({ transport, account, peer }, 'outbound');
  const words = `${onLine(account)} → ${describe(desk, transport, peer)} (${transport})`;
  return { target: { channel: lane.channel, conversation: lane }, words };
}
