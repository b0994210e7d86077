import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  basic,
  encodeForm,
  Http,
  type HttpCall,
  NoAnswer,
} from '../../../../providers/twilio/http.ts';

async function listening(server: Server | HttpServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function client(tls: boolean, connections = 4): Http {
  const http = new Http(tls, connections);
  onTestFinished(() => http.close());
  return http;
}

const call = (url: string, more: Partial<HttpCall> = {}): HttpCall => ({
  url: new URL(url),
  authorization: basic('AC1', 'x'),
  form: encodeForm(new URLSearchParams({ x: '1' })),
  signal: new AbortController().signal,
  leave: () => {},
  ...more,
});

async function failure(running: Promise<unknown>): Promise<unknown> {
  return await running.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('says that nothing left', () => {
  test('when nobody listens', async () => {
    const server = createServer();
    const port = await listening(server);
    server.close();
    await once(server, 'close');
    let left = 0;
    const leave = () => {
      left += 1;
    };
    const error = await failure(client(false).call(call(`http://127.0.0.1:${port}`, { leave })));
    expect(error).toMatchObject({ left: false, message: 'no answer: ECONNREFUSED' });
    expect(left).toBe(0);
  });

  test('when the server does not speak TLS', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.destroy());
    });
    const port = await listening(server);
    let left = 0;
    const leave = () => {
      left += 1;
    };
    const error = await failure(client(true).call(call(`https://127.0.0.1:${port}`, { leave })));
    expect(error).toMatchObject({ left: false });
    expect(left).toBe(0);
  });

  test('when the time was up before', async () => {
    const signal = AbortSignal.abort();
    const error = await failure(client(false).call(call('http://127.0.0.1:9', { signal })));
    expect(error).toMatchObject({ left: false, message: 'no answer: time is up' });
  });

  test('when it waits for its turn as the time is up', async () => {
    const server = createHttpServer();
    const port = await listening(server);
    const http = client(false, 1);
    const arrived = once(server, 'request');
    const first = failure(http.call(call(`http://127.0.0.1:${port}`)));
    await arrived;
    const timeUp = new AbortController();
    const second = failure(http.call(call(`http://127.0.0.1:${port}`, { signal: timeUp.signal })));
    timeUp.abort();
    expect(await second).toMatchObject({ left: false });
    server.closeAllConnections();
    expect(await first).toMatchObject({ left: true });
  });
});

describe('says that something left', () => {
  test.each([
    ['the connection ends before the answer', ''],
    ['the connection ends within the headers', 'HTTP/1.1 201 Crea'],
    [
      'the connection ends within the body',
      'HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{"sid',
    ],
    ['the answer is not HTTP', 'hello\r\n\r\n'],
  ])('when %s', async (_, answer) => {
    const server = createServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.end(answer));
    });
    const port = await listening(server);
    const error = await failure(client(false).call(call(`http://127.0.0.1:${port}`)));
    expect(error).toBeInstanceOf(NoAnswer);
    expect(error).toMatchObject({ left: true });
  });

  test('when the answer never ends', async () => {
    const server = createHttpServer((_, response) => {
      const chunk = Buffer.alloc(65_536, 'x');
      const more = () => {
        while (response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    const port = await listening(server);
    const error = await failure(client(false).call(call(`http://127.0.0.1:${port}`)));
    expect(error).toMatchObject({ left: true });
  });
});

test('a connection that is used again leaves at once, and once', async () => {
  let sockets = 0;
  const server = createHttpServer((_, response) => response.end('{"ok":true}'));
  server.on('connection', () => {
    sockets += 1;
  });
  const port = await listening(server);
  const http = client(false);
  const left: number[] = [];
  for (const number of [1, 2, 3]) {
    const leave = () => left.push(number);
    const answer = await http.call(call(`http://127.0.0.1:${port}`, { leave }));
    expect(answer).toMatchObject({ status: 200, retryAfter: undefined, json: { ok: true } });
  }
  expect(left).toEqual([1, 2, 3]);
  expect(sockets).toBe(1);
});

test('what may not leave sends nothing', async () => {
  const received: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {}).on('data', (bytes) => received.push(bytes));
  });
  const port = await listening(server);
  const closed = once(server, 'connection').then(([socket]) => once(socket, 'close'));
  const refusal = new Error('the lease is over');
  const leave = () => {
    throw refusal;
  };
  const running = client(false).call(call(`http://127.0.0.1:${port}`, { leave }));
  await expect(running).rejects.toBe(refusal);
  await closed;
  expect(received).toEqual([]);
});
