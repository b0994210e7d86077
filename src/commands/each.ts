import { RefusedError, refused } from '../contract/index.ts';
import type { Standing } from '../lanes/queue.ts';
import type { Answer, Asker, Desk, Request } from './desk.ts';
import { messageInCustody } from './find.ts';
import { onLine } from './wording.ts';

const MOST = 50;

/** What became of one message. */
export interface Outcome {
  readonly done: boolean;
  /** What follows its name: `is tried now.` */
  readonly words: string;
}

/**
 * Does something to each message that is named, whatever becomes of the others.
 * @throws RefusedError when none is named
 */
export async function eachMessage(
  desk: Desk,
  asker: Asker,
  { words }: Request,
  act: (standing: Standing) => Promise<Outcome>,
): Promise<Answer> {
  if (words.length === 0)
    throw refused('bad-request', 'modify', 'Say which message. "queue" lists them.');
  if (words.length > MOST)
    throw refused('bad-request', 'modify', `At most ${MOST} messages at once.`);
  const outcomes: (Outcome & { readonly message: string })[] = [];
  for (const word of words) {
    try {
      const standing = await messageInCustody(desk, asker, word);
      outcomes.push({ message: standing.id, ...(await act(standing)) });
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      outcomes.push({ message: onLine(word), done: false, words: error.refusal.text });
    }
  }
  return {
    text: outcomes.map(({ message, words: what }) => `${message}: ${what}`).join('\n'),
    data: { messages: outcomes },
    done: outcomes.every(({ done }) => done),
  };
}
