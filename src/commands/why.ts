import { type MessageId, refused } from '../contract/index.ts';
import { parseMessageId } from '../lanes/lane.ts';
import type { Answer, Asker, MessageCommand, Request, StoryDesk } from './desk.ts';
import { messagesNamed } from './find.ts';
import { readNames } from './parties.ts';
import { tellStory } from './story.ts';
import { onLine } from './wording.ts';

const MOST = 20;

type WhyDesk = StoryDesk & {
  readonly now: () => number;
  /** The message that a number stands for, which was shown to him last. */
  readonly numbered?: (asker: Asker, number: number) => MessageId | undefined;
};

export const why: MessageCommand<WhyDesk> = {
  word: 'why',
  form: 'ID | USER CONTACT',
  summary: 'tells what became of a message, or of the last ones of a user or with a contact',
  async run(desk, asker, request) {
    const ids = await messagesMeant(desk, asker, request);
    const standings = (await desk.lanes?.look(ids)) ?? [];
    const stories = await Promise.all(
      ids.map((id) => {
        const standing = standings.find((each) => each.id === id);
        return tellStory(desk, asker, id, standing);
      }),
    );
    const known = stories.filter(({ data }) => data.steps.length > 0 || data.now !== undefined);
    const [word = ''] = request.words;
    const text =
      known.length > 0 ? known.map((story) => story.text).join('\n') : nothingOf(request.words);
    const data = known.map((story) => story.data);
    return { text, data: asData(word, data), done: known.length > 0 };
  },
};

function nothingOf(words: readonly string[]): string {
  if (words.length === 0) return 'You have written to nobody here yet, and nobody to you.';
  return `${onLine(words.join(' '))} is not known here.`;
}

/** One object for one of our ids, as it always was; else a list. */
function asData(word: string, messages: readonly object[]): Answer['data'] {
  const id = parseMessageId(word.toUpperCase());
  if (id === undefined) return { messages };
  return messages[0] ?? { message: id, steps: [] };
}

async function messagesMeant(
  desk: WhyDesk,
  asker: Asker,
  { words, most = 5 }: Request,
): Promise<readonly MessageId[]> {
  const limit = Math.min(most, MOST);
  const [word, ...others] = words;
  if (word === undefined) {
    if (asker.is === 'operator') throw which();
    const { transport, jid: account } = asker;
    return desk.stories.latest({ transport, account }, 1);
  }
  if (others.length === 0) {
    const number = /^\d{1,2}$/.test(word) ? Number(word) : undefined;
    const numbered = number === undefined ? undefined : desk.numbered?.(asker, number);
    if (numbered !== undefined) return [numbered];
    const found = await messagesNamed(desk, asker, word);
    if (found.length > 0) return found;
    // What has the form of an id of ours is no address.
    if (parseMessageId(word.toUpperCase()) !== undefined) return [];
  }
  const { transport, account, peer } = readNames(desk, asker, words);
  const where = transport === undefined ? {} : { transport };
  if (account !== undefined) {
    const filter = { ...where, account, ...(peer === undefined ? {} : { peer }) };
    return desk.stories.latest(filter, limit).toReversed();
  }
  if (peer === undefined) throw which();
  return desk.stories.latest({ ...where, peer }, limit).toReversed();
}

function which(): Error {
  const text =
    'Say which: the id of a message (ours, that of the stanza, or that of the network), a user, or a contact.';
  return refused('bad-request', 'modify', text);
}
