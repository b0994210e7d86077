import type { Controls } from '../stand-in/controls.ts';
import { RequestError } from '../stand-in/http-io.ts';
import { asList, asObject, numberIn, textIn, type Written } from '../stand-in/written.ts';
import type { Carrier } from './carrier.ts';
import { readConduct, readStep } from './conduct.ts';
import type { Text } from './ledger.ts';

/** What a test, or a person with curl, can do. README.md beside this file says it in full. */
export const CONTROLS: Controls<Carrier> = {
  'GET /control/messages': ({ ledger }) => ({ messages: outbound(ledger.texts) }),
  'GET /control/attempts': ({ ledger }) => ({ attempts: ledger.attempts }),
  'GET /control/wait': wait,
  'POST /control/mode': setMode,
  'DELETE /control/mode': ({ conducts }) => {
    conducts.reset();
    return {};
  },
  'POST /control/release': (carrier, { count = Number.MAX_SAFE_INTEGER }) => {
    if (typeof count !== 'number') throw new Error('count must be a number');
    return { released: carrier.release(count) };
  },
  'POST /control/status': status,
  'POST /control/text': sendText,
  'POST /control/inbound-url': (carrier, written) => {
    carrier.inboundUrl = textIn(written, 'url');
    return {};
  },
};

/** `{ next: [conduct…] }`, or a conduct with `to` for one number, or a conduct for all. */
function setMode({ conducts }: Carrier, written: Written): unknown {
  if (written.next !== undefined) conducts.setNext(asList(written.next).map(readConduct));
  else if (written.to !== undefined) conducts.setFor(textIn(written, 'to'), readConduct(written));
  else conducts.setUsual(readConduct(written));
  return {};
}

async function status(carrier: Carrier, written: Written): Promise<unknown> {
  const text = carrier.ledger.find(textIn(written, 'sid'));
  if (text === undefined) throw new RequestError(404, 'no message with this sid');
  return { callback: (await carrier.report(text, readStep(written))) ?? null };
}

async function sendText(carrier: Carrier, written: Written): Promise<unknown> {
  const text = {
    from: textIn(written, 'from'),
    to: textIn(written, 'to'),
    body: textIn(written, 'body'),
    ...(written.sid === undefined ? {} : { sid: textIn(written, 'sid') }),
  };
  const extra = Object.entries(asObject(written.params ?? {}));
  return carrier.text(text, new Map(extra.map(([name, value]) => [name, String(value)])));
}

/**
 * `count` messages that match `to`, `from`, `body` and `status`, or `attempts` calls of the API.
 * Answers as soon as they are there, with 408 after `seconds` (30).
 */
async function wait({ ledger }: Carrier, _: Written, query: URLSearchParams): Promise<unknown> {
  const attempts = numberIn(query, 'attempts', 0);
  const count = numberIn(query, 'count', attempts > 0 ? 0 : 1);
  const seconds = numberIn(query, 'seconds', 30);
  const wanted = (['to', 'from', 'body', 'status'] as const).filter((name) => query.has(name));
  const found = () =>
    outbound(ledger.texts).filter((text) => wanted.every((name) => text[name] === query.get(name)));
  const enough = () =>
    ledger.attempts.length >= attempts && ledger.texts.length >= count && found().length >= count;
  if (!(await ledger.changes.when(enough, AbortSignal.timeout(seconds * 1000)))) {
    throw new RequestError(408, `after ${seconds} s: ${found().length} of ${count} messages`);
  }
  return { messages: found(), attempts: ledger.attempts.length };
}

function outbound(texts: readonly Text[]): readonly Text[] {
  return texts.filter(({ direction }) => direction === 'outbound-api');
}
