import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AdapterLog, TransportId } from '../../../src/contract/index.ts';
import { openPublicHttp, type PublicHttp } from '../../../src/http/public.ts';
import type { HttpLimits } from '../../../src/http/server.ts';

const pager = 'pager' as TransportId;
const silent = () => undefined;
const log: AdapterLog = { debug: silent, info: silent, warn: silent, error: silent };
const POST = 'POST /hooks/pager/message HTTP/1.1\r\nHost: x\r\n';

let http: PublicHttp;
let handled: Buffer[];
let sockets: Socket[];

beforeEach(() => {
  handled = [];
  sockets = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await http.stop(1);
});

async function opened(limits: Partial<HttpLimits> = {}): Promise<void> {
  http = await openPublicHttp({
    listen: { host: '127.0.0.1', port: 0 },
    publicUrl: new URL('https://gw.example.org'),
    log,
    limits,
  });
  http.webhooks.mount(pager, 'message', async ({ body }) => {
    handled.push(body);
    return { status: 204 };
  });
}

interface Client {
  readonly socket: Socket;
  /** All that came, when the server has closed the connection. */
  readonly answer: Promise<string>;
}

function client(): Client {
  const socket = connect(http.address.port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  // A server that closes while we write may reset the connection.
  socket.on('error', () => undefined);
  return { socket, answer: new Promise((resolve) => socket.once('close', () => resolve(text))) };
}

const honest = () =>
  fetch(`http://127.0.0.1:${http.address.port}/hooks/pager/message`, {
    method: 'POST',
    body: 'hello',
  });

/** Writes the chunk again and again, until the other side has enough; returns the bytes written. */
async function flood({ socket }: Client, chunk: Buffer, most: number): Promise<number> {
  let written = 0;
  while (written < most && !socket.destroyed) {
    written += chunk.length;
    if (!socket.write(chunk) && !socket.destroyed) {
      await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
    }
  }
  return written;
}

describe('a body that is too large', () => {
  const MEGABYTES = 100 * 1024 * 1024;

  test('is refused by its length, before any of it is read', async () => {
    await opened();
    const one = client();
    one.socket.write(`${POST}Content-Length: ${MEGABYTES}\r\n\r\n`);
    expect(await one.answer).toMatch(/^HTTP\/1.1 413 /);
    expect(handled).toEqual([]);
  });

  test('is cut where it has no length and no end', async () => {
    await opened();
    const one = client();
    one.socket.write(`${POST}Transfer-Encoding: chunked\r\n\r\n`);
    const piece = Buffer.from(`400\r\n${'x'.repeat(1024)}\r\n`);
    expect(await flood(one, piece, MEGABYTES)).toBeLessThan(MEGABYTES);
    await one.answer;
    expect(handled).toEqual([]);
    expect((await honest()).status).toBe(204);
  });

  test('begins at one byte more than 64 KiB', async () => {
    await opened();
    const url = `http://127.0.0.1:${http.address.port}/hooks/pager/message`;
    const send = (bytes: number) => fetch(url, { method: 'POST', body: Buffer.alloc(bytes, 'x') });
    expect((await send(64 * 1024)).status).toBe(204);
    expect((await send(64 * 1024 + 1)).status).toBe(413);
    expect(handled.map(({ length }) => length)).toEqual([64 * 1024]);
  });
});

test('an encoded body is refused unread: a small one can be large inside', async () => {
  await opened();
  for (const encoding of ['gzip', 'br', 'deflate', 'identity, gzip']) {
    const one = client();
    const body = gzipSync(Buffer.alloc(10 * 1024 * 1024));
    one.socket.write(
      `${POST}Content-Encoding: ${encoding}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    one.socket.write(body);
    expect(await one.answer).toMatch(/^HTTP\/1.1 415 /);
  }
  expect(handled).toEqual([]);
});

describe('a sender who takes his time', () => {
  test.each([
    ['says nothing', ''],
    ['stops in the headers', POST],
    ['stops in the body', `${POST}Content-Length: 10\r\n\r\nhalf`],
    ['never ends his chunks', `${POST}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n`],
  ])('%s: the connection is closed', async (_, beginning) => {
    await opened({ headersMs: 200, requestMs: 300 });
    const one = client();
    one.socket.write(beginning);
    expect(await one.answer).toMatch(/^HTTP\/1.1 408 /);
    expect(handled).toEqual([]);
    expect((await honest()).status).toBe(204);
  });

  test('byte by byte is not longer', async () => {
    await opened({ headersMs: 200, requestMs: 300 });
    const one = client();
    one.socket.write(`${POST}Content-Length: 1000000\r\n`);
    const drip = setInterval(() => one.socket.write('X: x\r\n'), 20);
    const answer = await one.answer.finally(() => clearInterval(drip));
    expect(answer).toMatch(/^HTTP\/1.1 (408|431) /);
    expect(handled).toEqual([]);
  });
});

describe('more connections than are served', () => {
  const MOST = 200;

  test('that bring no request keep nobody out', async () => {
    await opened();
    const idle = Array.from({ length: 2 * MOST }, () => client());
    for (const { socket } of idle) socket.write(POST);
    await Promise.all(idle.map(({ socket }) => connected(socket)));
    expect((await honest()).status).toBe(204);
    // Those that came first are given up, and no more than needed.
    await Promise.all(idle.slice(0, MOST).map(({ answer }) => answer));
    expect(idle.slice(MOST + 1).every(({ socket }) => !socket.destroyed)).toBe(true);
  });

  test('are not at the cost of one that is being answered', async () => {
    await opened({ connections: 3 });
    const entered = Promise.withResolvers<void>();
    const leave = Promise.withResolvers<void>();
    http.webhooks.mount(pager, 'slow', async () => {
      entered.resolve();
      await leave.promise;
      return { status: 200, body: 'done' };
    });
    const slow = client();
    slow.socket.write(
      'POST /hooks/pager/slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    );
    await entered.promise;
    const others = Array.from({ length: 10 }, () => client());
    await Promise.all(others.slice(0, 8).map(({ answer }) => answer));
    leave.resolve();
    expect(await slow.answer).toMatch(/^HTTP\/1.1 200 .*done$/s);
  });
});

async function connected(socket: Socket): Promise<void> {
  if (socket.connecting) await once(socket, 'connect');
}
