import { afterEach, expect, test } from 'vitest';
import { openPrivateHttp, type Readiness } from '../../../src/http/private.ts';
import type { HttpServer } from '../../../src/http/server.ts';

let http: HttpServer | undefined;
afterEach(async () => {
  await http?.stop(1_000);
});

test('tells whether the process lives and whether its domains are up', async () => {
  let readiness: Readiness = { ok: false, detail: { pager: 'connecting', other: 'connected' } };
  http = await openPrivateHttp({ listen: { host: 'localhost', port: 0 }, ready: () => readiness });
  const { host, port } = http.address;
  const base = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  expect((await fetch(`${base}/livez`)).status).toBe(200);

  const before = await fetch(`${base}/readyz`);
  expect([before.status, await before.json()]).toEqual([
    503,
    { ready: false, transports: { pager: 'connecting', other: 'connected' } },
  ]);

  readiness = { ok: true, detail: { pager: 'connected', other: 'connected' } };
  const after = await fetch(`${base}/readyz`);
  expect([after.status, await after.json()]).toEqual([
    200,
    { ready: true, transports: { pager: 'connected', other: 'connected' } },
  ]);
  expect((await fetch(`${base}/metrics`)).status).toBe(404);
});

test('a port that is taken is an error', async () => {
  const ready = () => ({ ok: true, detail: {} });
  http = await openPrivateHttp({ listen: { host: '127.0.0.1', port: 0 }, ready });
  await expect(openPrivateHttp({ listen: http.address, ready })).rejects.toThrow(/EADDRINUSE/);
});
