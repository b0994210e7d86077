import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type {
  Acknowledgement,
  Doors,
  InboundSample,
  NetworkBehaviour,
  NetworkUnderTest,
} from 'postern/adapter/testing';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';

export const ACCOUNT_SID = 'AC0123456789abcdef0123456789abcdef';
export const AUTH_TOKEN = 'canary-auth-token';
export const OWN_NUMBER = '+12025550100';
export const PEER_NUMBER = '+12025550123';

export interface SentText {
  readonly sid: string;
  readonly form: URLSearchParams;
  readonly createdAt: number;
  /** In the list; left out: it is on its way. */
  readonly status?: string;
  readonly errorCode?: number;
}

/** A text that somebody sent to a number of the account. */
export interface ListedText {
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly createdAt: number;
}

export interface ScriptedAnswer {
  readonly status: number;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A small server that speaks as much of Twilio's API as the adapter uses. */
export class Carrier implements NetworkUnderTest {
  readonly config: unknown;
  readonly account = { number: OWN_NUMBER };
  readonly secrets = [
    AUTH_TOKEN,
    Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64'),
    Buffer.from(AUTH_TOKEN).toString('base64'),
  ];
  readonly peer = PEER_NUMBER;
  readonly text = 'Good night, good night!';
  readonly longText = 'parting is such sweet sorrow '.repeat(120).trim();
  readonly sent: SentText[] = [];
  readonly received: ListedText[] = [];
  /** The query of every list that was asked for. */
  readonly lists: URLSearchParams[] = [];
  connections = 0;
  pageSize = 50;
  /** Takes the place of the usual answer to a POST. */
  answer: ScriptedAnswer | undefined;
  /** Takes the place of the usual answer to a GET. */
  listAnswer: ScriptedAnswer | undefined;
  #behaviour: NetworkBehaviour = 'accepts';
  #listeners: (() => void)[] = [];
  readonly #server: Server;

  private constructor(server: Server, port: number, config: object) {
    this.#server = server;
    this.config = {
      provider: 'twilio',
      accountSid: ACCOUNT_SID,
      authToken: AUTH_TOKEN,
      apiUrl: `http://127.0.0.1:${port}`,
      country: 'US',
      maxSegments: 100,
      ...config,
    };
    server.on('connection', () => {
      this.connections += 1;
    });
    server.on('request', (request, response) => this.#serve(request, response));
  }

  static async start(config: object = {}): Promise<Carrier> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return new Carrier(server, port, config);
  }

  get taken(): readonly string[] {
    return this.sent.map(({ form }) => form.get('Body') ?? '');
  }

  async behave(how: NetworkBehaviour): Promise<void> {
    this.#behaviour = how;
    if (how === 'unreachable') await this.close();
  }

  onFirstBytes(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async inbound(message: InboundSample, doors: Doors): Promise<Acknowledgement> {
    return await this.post(doors, 'message', this.textFields(message));
  }

  async forge(doors: Doors) {
    const fields = this.textFields({ id: 1, text: 'forged' });
    const url = doors.url('message');
    const signature = getExpectedTwilioSignature(AUTH_TOKEN, url.href, fields);
    const post = async (how: string, headers: Record<string, string>, body: string, to = url) => ({
      how,
      answer: acknowledgementOf((await doors.post(to, headers, body)).status),
    });
    const body = new URLSearchParams(fields).toString();
    const signed = { 'x-twilio-signature': signature };
    const insecure = new URL(url.href.replace('https:', 'http:'));
    const recut = { ...fields, Body: `forgedFrom${PEER_NUMBER}` };
    return [
      await post('no signature', {}, body),
      await post('an empty signature', { 'x-twilio-signature': '' }, body),
      await post('a wrong signature', { 'x-twilio-signature': 'A'.repeat(28) }, body),
      await post('a changed text', signed, body.replace('forged', 'changed')),
      await post('one more field', signed, `${body}&NumMedia=1`),
      await post('a field twice', signed, `${body}&Body=twice`),
      await post('another address', signed, body, insecure),
      await post('another query', signed, body, new URL(`${url.href}?x=1`)),
      await post('the other webhook', signed, body, doors.url('status')),
      await post('JSON', { ...signed, 'content-type': 'application/json' }, JSON.stringify(fields)),
      await post('too many fields', signed, `${body}${'&x=1'.repeat(300)}`),
      await post('cut anew', signed, form(recut, 'From')),
    ];
  }

  /** Posts to a webhook of the adapter, signed. */
  async post(
    doors: Doors,
    door: 'message' | 'status',
    fields: Readonly<Record<string, string>>,
    query = '',
    token = AUTH_TOKEN,
  ): Promise<Acknowledgement> {
    const url = new URL(doors.url(door).href + query);
    const signature = getExpectedTwilioSignature(token, url.href, fields);
    const headers = { 'x-twilio-signature': signature };
    const body = new URLSearchParams(fields).toString();
    return acknowledgementOf((await doors.post(url, headers, body)).status);
  }

  textFields({ id, text }: InboundSample): Record<string, string> {
    return {
      MessageSid: sid(id),
      AccountSid: ACCOUNT_SID,
      From: PEER_NUMBER,
      To: OWN_NUMBER,
      Body: text,
      NumMedia: '0',
      NewFieldOfTomorrow: '',
    };
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://carrier.invalid');
    if (request.method === 'GET') {
      this.#list(url, response);
      return;
    }
    for (const listener of this.#listeners) listener();
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => this.#take(new URLSearchParams(body), response));
  }

  #take(fields: URLSearchParams, response: ServerResponse): void {
    const answer = this.answer ?? ANSWERS[this.#behaviour];
    if (answer !== undefined) {
      respond(response, answer);
      return;
    }
    if (this.#behaviour === 'hangs') return;
    if (this.#behaviour !== 'drops-untaken') {
      this.sent.push({ sid: sid(1000 + this.sent.length), form: fields, createdAt: Date.now() });
    }
    if (this.#behaviour === 'accepts') {
      respond(response, { status: 201, json: { sid: this.sent.at(-1)?.sid, status: 'queued' } });
    } else {
      response.socket?.destroy();
    }
  }

  #list(url: URL, response: ServerResponse): void {
    this.lists.push(url.searchParams);
    if (this.listAnswer !== undefined) {
      respond(response, this.listAnswer);
      return;
    }
    const entries = [...this.#outboundEntries(), ...this.#inboundEntries()]
      .filter(({ to }) => [null, to].includes(url.searchParams.get('To')))
      .filter(({ from }) => [null, from].includes(url.searchParams.get('From')))
      .reverse()
      .sort((a, b) => Date.parse(b.date_created) - Date.parse(a.date_created));
    const start = Number(url.searchParams.get('Page') ?? 0) * this.pageSize;
    const page = Number(url.searchParams.get('Page') ?? 0) + 1;
    const more = entries.length > start + this.pageSize;
    url.searchParams.set('Page', String(page));
    respond(response, {
      status: 200,
      json: {
        messages: entries.slice(start, start + this.pageSize),
        next_page_uri: more ? `${url.pathname}${url.search}` : null,
      },
    });
  }

  #outboundEntries() {
    return this.sent.map(({ sid: id, form: fields, createdAt, status, errorCode }) => ({
      sid: id,
      direction: 'outbound-api',
      status: status ?? 'sent',
      error_code: errorCode ?? null,
      from: fields.get('From'),
      to: fields.get('To'),
      body: fields.get('Body'),
      date_created: new Date(createdAt).toUTCString(),
      date_sent: null,
    }));
  }

  #inboundEntries() {
    return this.received.map(({ sid: id, from, to, body, createdAt }) => ({
      sid: id,
      direction: 'inbound',
      from,
      to,
      body,
      num_media: '0',
      date_created: new Date(createdAt).toUTCString(),
      date_sent: new Date(createdAt).toUTCString(),
    }));
  }
}

export function sid(number: number): string {
  return `SM${number.toString(16).padStart(32, '0')}`;
}

const ANSWERS: Partial<Record<NetworkBehaviour, ScriptedAnswer>> = {
  refuses: { status: 400, json: { code: 21614, message: 'not a mobile number' } },
  throttles: { status: 429, json: { code: 20429 }, headers: { 'retry-after': '2' } },
};

function respond(response: ServerResponse, { status, json, headers }: ScriptedAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(json === undefined ? '' : JSON.stringify(json));
}

function acknowledgementOf(status: number): Acknowledgement {
  if (status === 200) return 'acknowledged';
  return status === 403 ? 'refused' : 'try-again';
}

function form(fields: Readonly<Record<string, string>>, without: string): string {
  const entries = Object.entries(fields).filter(([name]) => name !== without);
  return new URLSearchParams(entries).toString();
}
