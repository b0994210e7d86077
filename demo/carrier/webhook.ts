import { randomUUID } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { performance } from 'node:perf_hooks';
import {
  type ConnectionOverrides,
  connectionOverrides,
  type Failure,
} from './connection-overrides.ts';
import { sign } from './signature.ts';

const MAX_ANSWER_BYTES = 65_536;
const connections = { keepAlive: true, maxSockets: 64 };
const httpAgent = new HttpAgent(connections);
const httpsAgent = new HttpsAgent(connections);

interface WebhookAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** One call of a webhook, with all its tries. */
export interface WebhookResult {
  /** The status or the error of each try. */
  readonly tries: readonly string[];
  /** Of the last try, unless it had none. */
  readonly answer?: WebhookAnswer;
  readonly ms: number;
}

export interface WebhookCaller {
  /** Signs the webhooks. */
  readonly token: string;
  /** Where to connect to instead of the host of the URL: what a reverse proxy does for an operator. */
  readonly through?: URL;
}

/** Posts a signed form. A failure is part of the result, not an exception. */
export async function callWebhook(
  address: string,
  params: ReadonlyMap<string, string>,
  { token, through }: WebhookCaller,
): Promise<WebhookResult> {
  const [url = '', fragment = ''] = address.split('#', 2);
  const overrides = connectionOverrides(fragment);
  const headers = {
    'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
    'User-Agent': 'TwilioProxy/1.1',
    'X-Twilio-Signature': sign(token, url, params),
    // The same for every try: the owner can tell a repeat by it.
    'I-Twilio-Idempotency-Token': randomUUID(),
  };
  const body = new URLSearchParams([...params]).toString();
  const started = performance.now();
  const tries: string[] = [];
  for (;;) {
    const leftMs = overrides.totalMs - (performance.now() - started);
    const outcome = await post(url, headers, body, overrides, leftMs, through);
    tries.push(outcome.said);
    const again =
      outcome.failure !== undefined &&
      overrides.retryOn.has(outcome.failure) &&
      tries.length <= overrides.retries &&
      performance.now() - started < overrides.totalMs;
    if (again) continue;
    const ms = Math.round(performance.now() - started);
    return outcome.answer === undefined ? { tries, ms } : { tries, ms, answer: outcome.answer };
  }
}

interface Outcome {
  readonly said: string;
  readonly failure?: Failure;
  readonly answer?: WebhookAnswer;
}

async function post(
  address: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  overrides: ConnectionOverrides,
  leftMs: number,
  through: URL | undefined,
): Promise<Outcome> {
  const url = new URL(address);
  const at = through ?? url;
  const secure = at.protocol === 'https:';
  let connected = false;
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)({
        agent: secure ? httpsAgent : httpAgent,
        hostname: at.hostname.replace(/^\[|\]$/g, ''),
        port: at.port === '' ? undefined : at.port,
        // Not `url.pathname`: what is signed is what is asked for.
        path: address.replace(/^[a-z]+:\/\/[^/?]*/i, '') || '/',
        method: 'POST',
        headers: { ...headers, Host: url.host, 'Content-Length': Buffer.byteLength(body) },
      });
      const giveUp = (why: string) => () => request.destroy(new Error(why));
      let timer = setTimeout(
        giveUp('no connection in time'),
        Math.min(overrides.connectMs, leftMs),
      );
      const onceConnected = () => {
        connected = true;
        clearTimeout(timer);
        timer = setTimeout(giveUp('no answer in time'), Math.min(overrides.readMs, leftMs));
      };
      request.once('socket', (socket) => {
        if (request.reusedSocket || !socket.connecting) onceConnected();
        else socket.once('connect', onceConnected);
      });
      request.once('close', () => clearTimeout(timer));
      request.once('response', resolve);
      request.once('error', reject);
      request.end(body);
    });
    const answer: WebhookAnswer = {
      status: response.statusCode ?? 0,
      contentType: response.headers['content-type'] ?? '',
      body: await textOf(response),
    };
    const failure = failureOf(answer.status);
    return { said: String(answer.status), answer, ...(failure === undefined ? {} : { failure }) };
  } catch (error) {
    return { said: wordsOf(error), failure: connected ? 'rt' : 'ct' };
  }
}

function failureOf(status: number): Failure | undefined {
  if (status >= 500) return '5xx';
  return status >= 400 ? '4xx' : undefined;
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_ANSWER_BYTES) throw new Error('the answer is larger than 64 KiB');
  }
  return text;
}
