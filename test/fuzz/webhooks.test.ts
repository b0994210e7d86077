import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TransportId, WebhookRequest } from '../../src/contract/index.ts';
import { openPublicHttp, type PublicHttp } from '../../src/http/public.ts';
import { type Chance, fuzz, LIMIT_MS, RUNS } from './fuzz.ts';

const PAGER = 'pager' as TransportId;
/** Requests of one connection; what damages one of them ends it. */
const BATCH = 10;

const logged: string[] = [];
let seen: WebhookRequest[] = [];
let http: PublicHttp;

beforeAll(async () => {
  const record = (fields: object, text: string) =>
    void logged.push(JSON.stringify({ fields, text }));
  http = await openPublicHttp({
    listen: { host: '127.0.0.1', port: 0 },
    publicUrl: new URL('https://gw.example.org/base'),
    expected: new Set(['late']),
    log: { debug: record, info: record, warn: record, error: record },
  });
  http.webhooks.mount(PAGER, 'message', async (request) => {
    seen.push(request);
    if (request.query.get('x') === 'throws') throw new Error(`a body: ${request.body}`);
    return { status: 200, contentType: 'text/xml', body: '<Response/>' };
  });
});
afterAll(() => http.stop(1_000));

const GOOD = [
  ...['/hooks/pager/message', '/base/hooks/pager/message', '/hooks/pager/message?x=throws'],
  ...['/hooks/pager/message?%ff=%00&=&&x=%', '/hooks/pager/message?a=b&a=c&__proto__=x'],
] as [string, ...string[]];

const TARGETS = [
  ...[
    '/hooks/pager/message',
    '/base/hooks/pager/message',
    '/hooks/pager/message?a=b&a=c&__proto__=x',
  ],
  ...[
    '/hooks/pager/message?%ff=%00&=&&x=%',
    '/hooks/late/x',
    '/hooks/pager/message/',
    '/hooks/..//x',
  ],
  ...[
    'http://other.example/hooks/pager/message',
    '/hooks/pager/message?x=throws',
    '/hooks',
    '/',
    '*',
  ],
  ...['/hooks/pager/%6dessage', '/hooks/__proto__/constructor', '//hooks/pager/message', '/%zz'],
] as [string, ...string[]];

const HEADERS = [
  ...['Content-Type: application/json', 'Content-Type: ;;=', 'Content-Type: text/plain; charset=x'],
  ...[
    'Content-Encoding: gzip',
    'Content-Encoding: identity',
    'Expect: 100-continue',
    'X: \xff\x80',
  ],
  ...[
    '__proto__: 1',
    'constructor: 1',
    'X-Forwarded-For: 1.2.3.4',
    'Connection: upgrade',
    'Host: y',
  ],
  ...['Upgrade: h2c', 'Accept: */*', 'Cookie: a=b; __proto__=c', 'X-Twilio-Signature: a'],
] as [string, ...string[]];

function requestOf(chance: Chance): Buffer {
  const method = chance.of([
    'POST',
    'POST',
    'POST',
    'POST',
    'GET',
    'PUT',
    'HEAD',
    'OPTIONS',
    'PROPFIND',
  ]);
  const headers = ['Host: x', ...chance.some(3, () => chance.of(HEADERS))];
  const body = Buffer.from(chance.text(8));
  const chunked = chance.once(4);
  headers.push(chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`);
  const head = Buffer.from(
    `${method} ${chance.once(8) ? chance.of(TARGETS) : chance.of(GOOD)} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`,
    'latin1',
  );
  const size = body.length.toString(16);
  const parts = chunked
    ? [
        Buffer.from(body.length > 0 ? `${size}\r\n` : ''),
        body,
        Buffer.from(body.length > 0 ? '\r\n0\r\n\r\n' : '0\r\n\r\n'),
      ]
    : [body];
  const request = Buffer.concat([head, ...parts]);
  return chance.once(BATCH) ? chance.damage(request) : request;
}

/** One connection, on which all is written that the server still reads. @returns what it answered */
async function conversation(chance: Chance): Promise<string> {
  const socket = connect(http.address.port, '127.0.0.1');
  const closed = once(socket, 'close');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1');
  });
  // A server that closes while we write may reset the connection.
  socket.on('error', () => undefined);
  const requests = Array.from({ length: BATCH }, () => requestOf(chance));
  const whole = Buffer.concat([...requests, LAST]);
  for (const piece of chance.once(4) ? chance.cut(whole) : [whole]) socket.write(piece);
  socket.end();
  await closed;
  return answer;
}

const LAST = Buffer.from('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
const STATUS = /(?:^|\n|>)HTTP\/1\.1 (\d{3}) /g;

test('whatever is sent over HTTP is handled, refused in a status or cut', {
  timeout: LIMIT_MS,
}, async () => {
  const counts = new Map<string, number>();
  let handled = 0;
  await fuzz(
    'Webhooks, HTTP',
    Math.ceil((RUNS * 2) / 3 / BATCH),
    async (chance) => {
      seen = [];
      const answer = await conversation(chance);
      for (const [, status = ''] of answer.matchAll(STATUS)) {
        counts.set(status, (counts.get(status) ?? 0) + 1);
      }
      handled += seen.length;
      for (const { url, query, headers, body } of seen) {
        if (!url.startsWith('https://gw.example.org/base/hooks/pager/message'))
          throw new Error(url);
        expect([query instanceof Map, headers instanceof Map, Buffer.isBuffer(body)]).toEqual([
          true,
          true,
          true,
        ]);
      }
    },
    BATCH,
  );
  const known = ['100', '200', '400', '404', '413', '415', '417', '431', '500', '503'];
  expect(known).toEqual(expect.arrayContaining([...counts.keys()]));
  expect(handled).toBeGreaterThan(RUNS / 60);
  expect(counts.get('200')).toBeGreaterThan(RUNS / 60);
  expect(logged.join('\n')).not.toContain('a body');
  // Some of the answers were lost with their connection.
  expect(logged.length).toBeGreaterThanOrEqual(counts.get('500') ?? 0);
  // And it still serves who is honest.
  const honest = await fetch(`http://127.0.0.1:${http.address.port}/hooks/pager/message`, {
    method: 'POST',
    body: 'hi',
  });
  expect(honest.status).toBe(200);
});
