import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  request as plainRequest,
} from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Brand } from 'postern/adapter';

/** Fields as application/x-www-form-urlencoded: whatever is in one, it is no other. */
export type FormBody = Brand<string, 'FormBody'>;
/** The value of an Authorization header. */
export type Credentials = Brand<string, 'Credentials'>;

export function encodeForm(fields: URLSearchParams): FormBody {
  return fields.toString() as FormBody;
}

/** RFC 7617 §2 */
export function basic(user: string, password: string): Credentials {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` as Credentials;
}

/** No text of a stranger stands in it but by a `URL` or a form, which encode it. */
export interface HttpCall {
  readonly url: URL;
  readonly authorization: Credentials;
  /** Is posted; undefined for a GET. */
  readonly form: FormBody | undefined;
  readonly signal: AbortSignal;
  /** Called in the very tick before the first byte is written. What it throws ends the call. */
  leave(): void;
}

export interface HttpAnswer {
  readonly status: number;
  /** Seconds or a date, as it came. */
  readonly retryAfter: string | undefined;
  /** The server's clock, milliseconds since the epoch. */
  readonly date: number | undefined;
  /** Undefined where it was not JSON. */
  readonly json: unknown;
}

/** No answer came. Made without the error below it, whose fields may hold the request. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** False: the server has seen nothing of the request. */
  readonly left: boolean;

  constructor(left: boolean, reason: string) {
    super(`no answer: ${reason}`);
    this.left = left;
  }
}

const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * HTTP that knows whether anything left. `fetch` and the libraries over it do not tell a connection
 * that failed from a request that was cut, and one of the two must not be repeated.
 */
export class Http {
  readonly #agent: Agent;
  readonly #request: typeof plainRequest;

  /** @param connections how many calls may be under way at once; more wait for their turn */
  constructor(tls: boolean, connections: number) {
    // Idle connections end before a server's usual five seconds, so that none is cut as it is used.
    const options = { keepAlive: true, maxSockets: connections, maxFreeSockets: 4, timeout: 4_000 };
    this.#agent = tls ? new TlsAgent(options) : new Agent(options);
    this.#request = tls ? tlsRequest : plainRequest;
  }

  /** @throws NoAnswer, or what `leave` threw */
  async call(call: HttpCall): Promise<HttpAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    let left = false;
    const fail = (error: unknown): void => reject(new NoAnswer(left, reasonOf(error)));
    const timeUp = (): void => fail(call.signal.reason);
    if (call.signal.aborted) throw new NoAnswer(false, reasonOf(call.signal.reason));
    const { authorization, form } = call;
    const request = this.#request(call.url, {
      method: form === undefined ? 'GET' : 'POST',
      headers: {
        authorization,
        accept: 'application/json',
        ...(form === undefined ? {} : headersOf(form)),
      },
      agent: this.#agent,
      signal: call.signal,
    });
    request.on('error', fail);
    request.on('response', (response) => {
      readAnswer(response).then(resolve, fail);
    });
    whenConnected(request, () => {
      if (call.signal.aborted) return;
      try {
        call.leave();
      } catch (error) {
        reject(error);
        request.destroy();
        return;
      }
      left = true;
      request.end(form);
    });
    // The request itself says nothing of it while it waits for a connection.
    call.signal.addEventListener('abort', timeUp, { once: true });
    try {
      return await promise;
    } finally {
      call.signal.removeEventListener('abort', timeUp);
    }
  }

  close(): void {
    this.#agent.destroy();
  }
}

function headersOf(form: FormBody): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(form)),
  };
}

/** Nothing of a request is written before its end is given, so that the moment is ours to choose. */
function whenConnected(request: ClientRequest, write: () => void): void {
  request.on('socket', (socket: Socket) => {
    if (socket instanceof TLSSocket) {
      if (socket.getFinished() !== undefined) write();
      else socket.once('secureConnect', write);
    } else if (socket.connecting) {
      socket.once('connect', write);
    } else {
      write();
    }
  });
}

async function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return {
    status: response.statusCode ?? 0,
    retryAfter: response.headers['retry-after'],
    date: parseDate(response.headers.date),
    json: parseJson(Buffer.concat(chunks).toString('utf8')),
  };
}

function parseDate(text: string | undefined): number | undefined {
  const date = Date.parse(text ?? '');
  return Number.isNaN(date) ? undefined : date;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'time is up';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
