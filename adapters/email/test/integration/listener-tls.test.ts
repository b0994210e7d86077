import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { Client, listening } from '../listening.ts';

/** A key and a certificate for mx.mail.example that nobody else has. */
function certificate(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'postern-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=mx.mail.example', '-addext', 'subjectAltName=DNS:mx.mail.example'];
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

async function secured(one: Client, options: ConnectionOptions): Promise<Client> {
  one.socket.removeAllListeners('data');
  const socket = connect({ socket: one.socket, servername: 'mx.mail.example', ...options });
  await once(socket, 'secureConnect');
  return new Client(socket);
}

test('a mail after STARTTLS came by TLS, and what was said before it is forgotten', async () => {
  const tls = certificate();
  const { house, client } = await listening({ tls });
  const plain = await client();
  expect(await plain.hello()).toContain('250-STARTTLS');
  await plain.say('MAIL FROM:<evil@far.example>');
  expect(await plain.say('STARTTLS')).toMatch(/^220 /);
  const one = await secured(plain, { ca: tls.cert });
  expect(await one.say('RCPT TO:<juliet@mail.example>')).toMatch(/^503 /);
  expect(await one.say('EHLO far.example')).not.toContain('STARTTLS');
  expect(await one.say('RCPT TO:<juliet@mail.example>')).toMatch(/^503 /);
  expect(await one.send()).toMatch(/^250 /);
  expect(house.kept[0]?.envelope).toMatchObject({ tls: true, mailFrom: 'bob@far.example' });
});

test('what is pipelined behind STARTTLS is dropped', async () => {
  const tls = certificate();
  const { client } = await listening({ tls });
  const plain = await client();
  await plain.hello();
  plain.write(
    `STARTTLS\r\nEHLO evil.example\r\n${'NOOP\r\n'.repeat(500)}MAIL FROM:<evil@far.example>\r\n`,
  );
  expect(await plain.reply()).toMatch(/^220 /);
  const one = await secured(plain, { ca: tls.cert });
  expect(await one.say('VRFY juliet')).toMatch(/^252 /);
  expect(await one.say('RCPT TO:<juliet@mail.example>')).toMatch(/^503 .*first/);
});

test('TLS before 1.2 is refused, and so is what is no TLS; the next one is served', async () => {
  const tls = certificate();
  const { client } = await listening({ tls });
  const old = await client();
  await old.hello();
  await old.say('STARTTLS');
  const versions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } as const;
  await expect(
    secured(old, { ca: tls.cert, ciphers: 'DEFAULT@SECLEVEL=0', ...versions }),
  ).rejects.toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
  const garbage = await client();
  await garbage.hello();
  await garbage.say('STARTTLS');
  garbage.write('EHLO far.example\r\n');
  await garbage.rest();
  const one = await client();
  expect(await one.hello()).toContain('STARTTLS');
});
