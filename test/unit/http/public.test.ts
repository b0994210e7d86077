import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type {
  AdapterLog,
  LogFields,
  TransportId,
  WebhookHandler,
  WebhookRequest,
} from '../../../src/contract/index.ts';
import { openPublicHttp, type PublicHttp } from '../../../src/http/public.ts';

const pager = 'pager' as TransportId;
const CAP_MS = 1_000;

let http: PublicHttp | undefined;
afterEach(async () => {
  await http?.stop(CAP_MS);
  http = undefined;
});

const logged: { fields: LogFields; message: string }[] = [];
const record = (fields: LogFields, message: string) => void logged.push({ fields, message });
const log: AdapterLog = { debug: record, info: record, warn: record, error: record };

async function opened(publicUrl: string | undefined = 'https://gw.example.org') {
  logged.length = 0;
  http = await openPublicHttp({
    listen: { host: '127.0.0.1', port: 0 },
    publicUrl: publicUrl === '' ? undefined : new URL(publicUrl),
    expected: new Set(['late']),
    log,
  });
  return http;
}

/** A handler that keeps what it was given. */
function keeper() {
  const seen: WebhookRequest[] = [];
  const handle: WebhookHandler = async (request) => {
    seen.push(request);
    return { status: 200, contentType: 'text/xml', body: '<Response/>' };
  };
  return { seen, handle };
}

const local = (path: string) => `http://127.0.0.1:${http?.address.port}${path}`;
const post = (path: string, init: RequestInit = {}) =>
  fetch(local(path), { method: 'POST', ...init });

/** Sends bytes as they are and returns all that comes until the other side closes. */
function raw(text: string): Promise<string> {
  const socket = connect(http?.address.port ?? 0, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.write(text);
  return new Promise((resolve) => socket.once('close', () => resolve(answer)));
}

/** Resolves when nobody listens on the port any more. */
async function refused(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const refusal = await Promise.race([
      once(socket, 'connect').then(() => false),
      once(socket, 'error').then(() => true),
    ]).catch(() => true);
    socket.destroy();
    if (refusal) return;
  }
}

describe('POST /hooks/<transport>/<name>', () => {
  test('of a transport that is not served here yet asks to come again', async () => {
    await opened();
    expect((await post('/hooks/late/message')).status).toBe(503);
    expect((await post('/hooks/unknown/message')).status).toBe(404);
  });

  test('hands the request over and answers what the handler says', async () => {
    const { webhooks } = await opened();
    const { seen, handle } = keeper();
    webhooks.mount(pager, 'message', handle);
    const answer = await post('/hooks/pager/message?a=1&a=2&b=%20x', {
      headers: { 'X-Signature': 'abc', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'From=%2B1&Body=hi',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/xml/);
    expect(await answer.text()).toBe('<Response/>');
    const [request] = seen;
    expect(request?.url).toBe('https://gw.example.org/hooks/pager/message?a=1&a=2&b=%20x');
    expect([...(request?.query ?? [])]).toEqual([
      ['a', '1'],
      ['b', ' x'],
    ]);
    expect(request?.headers.get('x-signature')).toBe('abc');
    expect(request?.body.toString()).toBe('From=%2B1&Body=hi');
  });

  test.each([['application/json'], ['text/plain'], ['multipart/form-data; boundary=x'], ['x']])(
    'leaves the body of %s as it came',
    async (type) => {
      const { webhooks } = await opened();
      const { seen, handle } = keeper();
      webhooks.mount(pager, 'message', handle);
      const body = Buffer.from([0xff, 0x00, 0x7b, 0x0d, 0x0a]);
      expect(
        (await post('/hooks/pager/message', { headers: { 'content-type': type }, body })).status,
      ).toBe(200);
      expect(seen[0]?.body).toEqual(body);
      expect(seen[0]?.headers.get('content-type')).toBe(type);
    },
  );

  test('takes no body, and none of a type', async () => {
    const { webhooks } = await opened();
    const { seen, handle } = keeper();
    webhooks.mount(pager, 'message', handle);
    expect((await post('/hooks/pager/message')).status).toBe(200);
    await raw(
      'POST /hooks/pager/message HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi',
    );
    expect(seen.map(({ body }) => body.toString())).toEqual(['', 'hi']);
  });

  test.each([
    ['another Host', 'POST /hooks/pager/message?q HTTP/1.1\r\nHost: evil.example\r\n'],
    [
      'a forwarded host',
      'POST /hooks/pager/message?q HTTP/1.1\r\nHost: x\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: gopher\r\n',
    ],
    [
      'a whole URL',
      'POST http://evil.example/hooks/pager/message?q HTTP/1.1\r\nHost: evil.example\r\n',
    ],
  ])('the URL is the configured one under %s', async (_, head) => {
    const { webhooks } = await opened();
    const { seen, handle } = keeper();
    webhooks.mount(pager, 'message', handle);
    expect(await raw(`${head}Connection: close\r\nContent-Length: 0\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 200 /,
    );
    expect(seen[0]?.url).toBe('https://gw.example.org/hooks/pager/message?q');
  });

  test.each([
    ['/hooks/pager/message', 'strips it'],
    ['/a/b/hooks/pager/message', 'passes it on'],
  ])('a prefix of the public URL is kept where the proxy %#', async (path) => {
    const { webhooks } = await opened('https://gw.example.org:8443/a/b/?x=1#rc=2');
    const { seen, handle } = keeper();
    webhooks.mount(pager, 'message', handle);
    expect((await post(`${path}?y`)).status).toBe(200);
    expect(seen[0]?.url).toBe('https://gw.example.org:8443/a/b/hooks/pager/message?y');
    expect(webhooks.url(pager, 'message').href).toBe(
      'https://gw.example.org:8443/a/b/hooks/pager/message',
    );
  });

  test('of a repeated header the first value counts', async () => {
    const { webhooks } = await opened();
    const { seen, handle } = keeper();
    webhooks.mount(pager, 'message', handle);
    await raw(
      'POST /hooks/pager/message HTTP/1.1\r\nHost: x\r\nX-S: one\r\nX-S: two\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    );
    expect(seen[0]?.headers.get('x-s')).toBe('one');
  });

  test('a handler that throws is 500 without a word, and logged without the content', async () => {
    const { webhooks } = await opened();
    webhooks.mount(pager, 'message', async ({ body }) => {
      JSON.parse(body.toString());
      return { status: 200 };
    });
    const answer = await post('/hooks/pager/message?token=hush', { body: 'secret words' });
    expect([answer.status, await answer.text()]).toEqual([500, '']);
    expect(logged).toHaveLength(1);
    expect(logged[0]?.fields).toMatchObject({
      transport: 'pager',
      path: '/hooks/pager/message',
      error: 'SyntaxError',
    });
    expect(JSON.stringify(logged)).not.toMatch(/secret|hush/);
  });

  test('everything else is 404 without a word', async () => {
    const { webhooks } = await opened();
    webhooks.mount(pager, 'message', keeper().handle);
    for (const path of [
      '/',
      '/hooks',
      '/hooks/pager',
      '/hooks/pager/status',
      '/hooks/pager/message/',
      '/hooks/pager/message/x',
      '/hooks/Pager/message',
      '/hooks/pager/mess%61ge',
    ]) {
      const answer = await post(path, { body: 'x' });
      expect([path, answer.status, await answer.text()]).toEqual([path, 404, '']);
    }
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await fetch(local('/hooks/pager/message'), { method })).status).toBe(404);
    }
  });

  test('is mounted and unmounted while it serves', async () => {
    const { webhooks } = await opened();
    const other = 'other' as TransportId;
    webhooks.mount(pager, 'message', keeper().handle);
    webhooks.mount(other, 'message', keeper().handle);
    expect(() => webhooks.mount(pager, 'message', keeper().handle)).toThrow(/mounted already/);
    webhooks.unmount(pager);
    expect((await post('/hooks/pager/message')).status).toBe(404);
    expect((await post('/hooks/other/message')).status).toBe(200);
    webhooks.mount(pager, 'message', keeper().handle);
    expect((await post('/hooks/pager/message')).status).toBe(200);
  });

  test('without a public URL no webhook has an address', async () => {
    const { webhooks } = await opened('');
    expect(() => webhooks.url(pager, 'message')).toThrow(/http\.publicUrl/);
  });
});

describe('stop', () => {
  test('lets end what is being answered, answers 503 to what comes late, and takes nothing new', async () => {
    const { webhooks, stop, address } = await opened();
    const entered = Promise.withResolvers<void>();
    const leave = Promise.withResolvers<void>();
    webhooks.mount(pager, 'message', async () => {
      entered.resolve();
      await leave.promise;
      return { status: 204 };
    });
    const late = connect(address.port, '127.0.0.1');
    late.write('POST /hooks/pager/message HTTP/1.1\r\nHost: x\r\n');
    const first = raw('POST /hooks/pager/message HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n');
    await entered.promise;
    const stopped = stop(60_000);
    await refused(address.port);
    late.write('Content-Length: 0\r\n\r\n');
    const [answer] = await once(late, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1.1 503 .*\r\nconnection: close\r\n/is);
    leave.resolve();
    expect(await first).toMatch(/^HTTP\/1.1 204 .*\r\nconnection: close\r\n/is);
    await stopped;
  });

  test('cuts what does not end', async () => {
    const { webhooks, stop } = await opened();
    const entered = Promise.withResolvers<void>();
    webhooks.mount(pager, 'message', () => {
      entered.resolve();
      return new Promise(() => undefined);
    });
    const answer = raw(
      'POST /hooks/pager/message HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n',
    );
    await entered.promise;
    await stop(1);
    expect(await answer).toBe('');
  });
});
