import { refused } from '../contract/index.ts';
import type { Asker, MessageCommand, Request } from './desk.ts';
import { discard } from './discard.ts';
import { hold, release } from './hold.ts';
import { list } from './list.ts';
import { retry } from './retry.ts';
import { show } from './show.ts';

const showing: MessageCommand = {
  word: 'show',
  form: 'ID',
  summary: 'shows how one message stands, and its story',
  run: show,
};

/** Each a word of its own in the chat, too, but for the first. */
const PARTS: readonly MessageCommand[] = [showing, retry, discard, hold, release];

export const queue: MessageCommand = {
  word: 'queue',
  form: '[parked] [TRANSPORT] [USER] [CONTACT]',
  summary: 'lists what waits; "queue show ID" shows one message',
  danger(request) {
    const { part, rest } = partOf(request);
    return part?.danger?.(rest);
  },
  async run(desk, asker, request) {
    const { part, rest } = partOf(request);
    if (part === undefined) return await list(desk, asker, rest);
    refuseUsers(part, asker);
    return await part.run(desk, asker, rest);
  },
};

/** What follows `queue` on a command line, for its help. */
export const QUEUE_PARTS: readonly Pick<MessageCommand, 'word' | 'form' | 'summary'>[] = PARTS;

/** @throws RefusedError where it is for administrators alone */
export function refuseUsers({ forAdmins }: Pick<MessageCommand, 'forAdmins'>, asker: Asker): void {
  if (forAdmins !== true || asker.is === 'operator') return;
  throw refused('forbidden', 'cancel', 'That word is for the administrators.');
}

function partOf(request: Request) {
  const [word, ...others] = request.words;
  const part = PARTS.find((each) => each.word === word?.toLowerCase());
  if (part !== undefined) return { part, rest: { ...request, words: others } };
  return { part, rest: word === 'list' ? { ...request, words: others } : request };
}
