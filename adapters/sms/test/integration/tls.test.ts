import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { basic, encodeForm, Http } from '../../providers/twilio/http.ts';

/** A key and a certificate for 127.0.0.1 that nobody else has. */
function certificate(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'postern-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

test('a request leaves once the server has proved itself, and not otherwise', async () => {
  const { key, cert } = certificate();
  const seen: string[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    seen.push(request.method ?? '');
    response.end('{"ok":true}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const url = new URL(`https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  const http = new Http(true, 2);
  onTestFinished(() => http.close());
  const order: string[] = [];
  const post = () =>
    http.call({
      url,
      authorization: basic('AC1', 'x'),
      form: encodeForm(new URLSearchParams({ x: '1' })),
      signal: new AbortController().signal,
      leave: () => order.push(`left, ${seen.length} seen`),
    });

  await expect(post()).rejects.toMatchObject({
    left: false,
    message: 'no answer: DEPTH_ZERO_SELF_SIGNED_CERT',
  });
  expect(order).toEqual([]);

  const usual = getCACertificates('default');
  setDefaultCACertificates([...usual, cert]);
  onTestFinished(() => setDefaultCACertificates(usual));
  for (const json of [{ ok: true }, { ok: true }]) {
    expect(await post()).toMatchObject({ status: 200, json });
  }
  expect(order).toEqual(['left, 0 seen', 'left, 1 seen']);
});
