import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Carrier } from './carrier.ts';
import { asList, asObject, readConduct, readStep } from './conduct.ts';
import { answerJson, RequestError, readBody } from './http-io.ts';
import type { Text } from './ledger.ts';

type Written = Readonly<Record<string, unknown>>;
type Control = (carrier: Carrier, written: Written, query: URLSearchParams) => unknown;

/** What a test, or a person with curl, can do. README.md beside this file says it in full. */
const CONTROLS: Readonly<Record<string, Control>> = {
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

export async function serveControl(
  carrier: Carrier,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const control = CONTROLS[`${request.method} ${url.pathname}`];
  if (control === undefined) {
    throw new RequestError(404, `there is: ${Object.keys(CONTROLS).join(', ')}`);
  }
  const body = await readBody(request);
  try {
    const written = body === '' ? {} : asObject(JSON.parse(body));
    answerJson(response, 200, await control(carrier, written, url.searchParams));
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(400, error instanceof Error ? error.message : String(error));
  }
}

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
  const attempts = Number(query.get('attempts') ?? 0);
  const count = Number(query.get('count') ?? (attempts > 0 ? 0 : 1));
  const seconds = Number(query.get('seconds') ?? 30);
  if (![attempts, count, seconds].every((each) => each >= 0 && each <= 1e9)) {
    throw new Error('count, attempts and seconds must be numbers');
  }
  const wanted = (['to', 'from', 'body', 'status'] as const).filter((name) => query.has(name));
  const found = () =>
    outbound(ledger.texts).filter((text) => wanted.every((name) => text[name] === query.get(name)));
  const enough = () =>
    ledger.attempts.length >= attempts && ledger.texts.length >= count && found().length >= count;
  if (!(await ledger.when(enough, AbortSignal.timeout(seconds * 1000)))) {
    throw new RequestError(408, `after ${seconds} s: ${found().length} of ${count} messages`);
  }
  return { messages: found(), attempts: ledger.attempts.length };
}

function outbound(texts: readonly Text[]): readonly Text[] {
  return texts.filter(({ direction }) => direction === 'outbound-api');
}

function textIn(written: Written, name: string): string {
  const value = written[name];
  if (typeof value !== 'string') throw new Error(`${name} must be a text`);
  return value;
}
