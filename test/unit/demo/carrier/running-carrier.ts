import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { CarrierOptions } from '../../../../demo/carrier/carrier.ts';
import type { Attempt, Text } from '../../../../demo/carrier/ledger.ts';
import { startCarrier } from '../../../../demo/carrier/server.ts';

export const ACCOUNT = `AC${'1'.repeat(32)}`;
export const TOKEN = 'not-a-real-token';
export const OURS = '+12025550100';
export const THEIRS = '+12025550123';

/** What the carrier can say, on any of its ways; a test reads what it expects. */
export interface Told {
  readonly sid: string;
  readonly uri: string;
  readonly error: string;
  readonly messages: readonly (Pick<Text, 'sid' | 'body'> & { readonly direction: string })[];
  readonly next_page_uri: string | null;
  readonly attempts: readonly Attempt[];
  readonly tries: readonly string[];
  readonly callback: { readonly tries: readonly string[] };
}

export async function told(response: Response): Promise<Told> {
  return JSON.parse(await response.text());
}

/** A carrier for one test, and the three ways to speak to it. */
export async function runningCarrier(options: Partial<CarrierOptions> = {}) {
  const carrier = await startCarrier(0, {
    account: ACCOUNT,
    token: TOKEN,
    numbers: [OURS],
    ...options,
  });
  onTestFinished(() => carrier.stop());
  const messages = `${carrier.url}/2010-04-01/Accounts/${ACCOUNT}/Messages.json`;
  const authorization = `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString('base64')}`;
  return {
    ...carrier,
    messages,
    authorization,
    /** `POST Messages.json`; a form value of undefined leaves the field out. */
    send: (form: Readonly<Record<string, string | undefined>> = {}) =>
      fetch(messages, {
        method: 'POST',
        headers: { authorization },
        body: new URLSearchParams(
          Object.entries({ To: THEIRS, From: OURS, Body: 'hello', ...form }).filter(
            (field): field is [string, string] => field[1] !== undefined,
          ),
        ),
      }),
    get: async (path: string): Promise<Told> =>
      told(await fetch(new URL(path, carrier.url), { headers: { authorization } })),
    control: async (method: string, path: string, body?: unknown) => {
      const response = await fetch(`${carrier.url}/control/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await told(response) };
    },
  };
}

export interface Call {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly form: Readonly<Record<string, string>>;
}

/** The owner of a webhook: keeps what it is sent, and answers as the test says. */
export async function webhookOwner(
  answer: (call: Call, response: ServerResponse) => void = (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/xml' }).end('<Response/>');
  },
) {
  const calls: Call[] = [];
  const called = new EventEmitter();
  const server = createServer(async (request, response) => {
    const form = Object.fromEntries(new URLSearchParams(await text(request)));
    const call = { url: request.url ?? '', headers: request.headers, form };
    calls.push(call);
    answer(call, response);
    called.emit('call');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    calls,
    url: `http://127.0.0.1:${port}`,
    /** Resolves when there have been so many calls. */
    count: async (calledTimes: number) => {
      while (calls.length < calledTimes) await once(called, 'call');
    },
  };
}
