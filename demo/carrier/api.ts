import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson, readBody } from '../stand-in/http-io.ts';
import type { Carrier } from './carrier.ts';
import type { Conduct } from './conduct.ts';
import { ApiError } from './failure.ts';
import type { Text } from './ledger.ts';
import { readNewMessage } from './message-create.ts';
import { messageJson, messagesPath } from './message-json.ts';
import { listMessages } from './message-list.ts';

/** Twilio's Messages resource: create, list, read (Twilio, "Messages resource"). */
export async function serveApi(
  carrier: Carrier,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  try {
    await route(carrier, request, response, url);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    answerJson(response, error.status, error);
  }
}

async function route(
  carrier: Carrier,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { account, token, ledger } = carrier;
  authenticate(request, account, token);
  const list = messagesPath(account);
  const one = new RegExp(`^${list.replace('.json', '')}/(SM[0-9a-f]{32})\\.json$`);
  const sid = one.exec(url.pathname)?.[1];
  if (request.method === 'POST' && url.pathname === list) {
    await create(carrier, request, response);
  } else if (request.method === 'GET' && url.pathname === list) {
    answerJson(response, 200, listMessages(ledger.texts, url.searchParams, account));
  } else if (request.method === 'GET' && sid !== undefined) {
    const text = ledger.find(sid);
    if (text === undefined) throw notFound(url);
    answerJson(response, 200, messageJson(text, account));
  } else {
    throw notFound(url);
  }
}

async function create(
  carrier: Carrier,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { conducts, ledger } = carrier;
  const next = conducts.takeNext();
  if ((next ?? conducts.usual)?.mode === 'drop-before') {
    ledger.noteAttempt({ mode: 'drop-before' });
    request.socket.destroy();
    return;
  }
  const form = new URLSearchParams(await readBody(request));
  const to = form.get('To') ?? '';
  const conduct = next ?? conducts.of(to);
  const refusal = refusalOf(conduct);
  if (refusal !== undefined || conduct.mode === 'drop-before') {
    ledger.noteAttempt({ mode: conduct.mode, to });
    if (refusal === undefined) request.socket.destroy();
    else answerJson(response, refusal.status, refusal, retryAfter(conduct));
    return;
  }
  const text = accept(carrier, form, conduct);
  if (conduct.mode === 'hold') await carrier.held();
  if (conduct.mode === 'drop-after') request.socket.destroy();
  else if (conduct.mode !== 'hang') answerJson(response, 201, messageJson(text, carrier.account));
  // Not awaited: the carrier goes on with the text on its own.
  void carrier.process(text, conduct.statuses);
}

function accept({ ledger, numbers }: Carrier, form: URLSearchParams, conduct: Conduct): Text {
  try {
    const message = readNewMessage(form, numbers);
    const text = ledger.add({ ...message, direction: 'outbound-api', status: 'queued' });
    ledger.noteAttempt({ mode: conduct.mode, to: text.to, sid: text.sid });
    return text;
  } catch (error) {
    ledger.noteAttempt({ mode: 'invalid', to: form.get('To') ?? '' });
    throw error;
  }
}

function refusalOf({ mode, code }: Conduct): ApiError | undefined {
  if (mode === 'refuse') return new ApiError(400, code, `Refused with ${code}, as it was told to.`);
  if (mode === 'throttle') return new ApiError(429, 20429, 'Too Many Requests');
  if (mode === 'unavailable') return new ApiError(503, 20503, 'Service Unavailable');
  return undefined;
}

function retryAfter({ mode, retryAfterSeconds }: Conduct): Readonly<Record<string, string>> {
  return mode === 'throttle' ? { 'Retry-After': String(retryAfterSeconds) } : {};
}

/** HTTP Basic with the account and its token (RFC 7617). */
function authenticate(request: IncomingMessage, account: string, token: string): void {
  const expected = Buffer.from(`Basic ${Buffer.from(`${account}:${token}`).toString('base64')}`);
  const given = Buffer.from(request.headers.authorization ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new ApiError(401, 20003, 'Authenticate');
  }
}

function notFound(url: URL): ApiError {
  return new ApiError(404, 20404, `The requested resource ${url.pathname} was not found`);
}
