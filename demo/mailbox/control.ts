import type { Controls } from '../stand-in/controls.ts';
import { RequestError } from '../stand-in/http-io.ts';
import { numberIn, textIn, type Written } from '../stand-in/written.ts';
import { type Author, compose, composeAnswer } from './compose.ts';
import type { Dmarc } from './exchanger.ts';
import type { Provider } from './provider.ts';

/** What a test, or a person with curl, can do. README.md beside this file says it in full. */
export const CONTROLS: Controls<Provider> = {
  'GET /control/messages': ({ letters }) => ({ messages: letters }),
  'GET /control/wait': wait,
  'POST /control/mail': mail,
  'POST /control/answer': answer,
};

/** Somebody writes a new mail. */
async function mail({ exchanger }: Provider, written: Written): Promise<unknown> {
  const author = authorIn(written);
  const to = textIn(written, 'to');
  const subject = textIn(written, 'subject');
  const text = textIn(written, 'text');
  const message = await compose({ author, to: { address: to, name: '' }, subject, text });
  const envelope = { from: author.address, to };
  return { reply: await exchanger.send(envelope, message, dmarcIn(written)) };
}

/** Somebody answers a mail in his mailbox: the one that is named, or the last. */
async function answer({ exchanger, letters }: Provider, written: Written): Promise<unknown> {
  const author = authorIn(written);
  const letter = letters.findLast(
    ({ id, to }) => to === author.address && (written.id === undefined || id === written.id),
  );
  if (letter === undefined) throw new RequestError(404, `${author.address} has no such mail`);
  const message = await composeAnswer(letter, author, textIn(written, 'text'));
  const envelope = { from: author.address, to: letter.from };
  return { reply: await exchanger.send(envelope, message, dmarcIn(written)) };
}

/**
 * `count` mails (1) that match `to`, `from`, `subject`, `text`. Answers as soon as they are there, with
 * 408 after `seconds` (30).
 */
async function wait(
  { letters, changes }: Provider,
  _: Written,
  query: URLSearchParams,
): Promise<unknown> {
  const count = numberIn(query, 'count', 1);
  const seconds = numberIn(query, 'seconds', 30);
  const wanted = (['to', 'from', 'subject', 'text'] as const).filter((name) => query.has(name));
  const found = () =>
    letters.filter((letter) => wanted.every((name) => letter[name] === query.get(name)));
  if (!(await changes.when(() => found().length >= count, AbortSignal.timeout(seconds * 1000)))) {
    throw new RequestError(408, `after ${seconds} s: ${found().length} of ${count} mails`);
  }
  return { messages: found() };
}

/** `bob@example.com` is Bob, if nothing else is said. */
function authorIn(written: Written): Author {
  const address = textIn(written, 'from');
  const name = written.name === undefined ? (address.split('@')[0] ?? '') : textIn(written, 'name');
  return { address, name: name.charAt(0).toUpperCase() + name.slice(1) };
}

function dmarcIn({ dmarc = 'pass' }: Written): Dmarc {
  if (dmarc !== 'pass' && dmarc !== 'fail') throw new Error('dmarc must be pass or fail');
  return dmarc;
}
