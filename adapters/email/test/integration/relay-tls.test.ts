import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openRelay } from '../../relay/relay.ts';
import { DROP, type Script, ScriptedServer } from '../scripted-server.ts';
import { send } from '../unit/relay/on-relay.ts';

/** Reaches this machine as well, but is not known as its loopback. */
const ELSEWHERE = '0.0.0.0';

/** A key and a certificate for an address that nobody else has. */
function certificate(address = ELSEWHERE): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'postern-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=smarthost', '-addext', `subjectAltName=IP:${address}`];
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

function trust(cert: string): void {
  const usual = getCACertificates('default');
  setDefaultCACertificates([...usual, cert]);
  onTestFinished(() => setDefaultCACertificates(usual));
}

async function sendTo(host: string, script: Script, { clearText = false } = {}) {
  const server = await ScriptedServer.start(script);
  onTestFinished(() => server.close());
  const troubles: string[] = [];
  const relay = openRelay({
    smarthost: { host, port: server.port, tls: script.implicit === true },
    login: { user: 'postern', password: 'canary-password' },
    clearText,
    name: 'mail.example.org',
    onTrouble: (words) => troubles.push(words),
    onUnreachable: () => {},
  });
  onTestFinished(() => relay.close());
  const sending = await send(relay);
  return { server, troubles, ...sending };
}

const OFFERS = ['PIPELINING', 'DSN', 'AUTH PLAIN'];
const passwords = (server: ScriptedServer) =>
  server.commands.filter((line) => line.startsWith('AUTH')).length;

describe.each([false, true])(
  'a smarthost on another machine (TLS from the first byte: %s)',
  (implicit) => {
    test('has to prove itself before it gets a password or a mail', async () => {
      const tls = certificate();
      const script = { offers: OFFERS, tls, implicit };
      const unknown = await sendTo(ELSEWHERE, script);
      expect(unknown.error?.verdict).toEqual({ kind: 'later', scope: 'transport' });
      expect(unknown.troubles).toEqual([expect.stringContaining('SELF_SIGNED_CERT')]);
      expect(passwords(unknown.server)).toBe(0);

      trust(tls.cert);
      const known = await sendTo(ELSEWHERE, script);
      expect(known.accepted).toEqual({ reply: expect.stringContaining('250'), dsn: true });
      expect(known.server.mails[0]?.encrypted).toBe(true);
      expect(known.left).toBe(1);
    });

    test('and with its own name', async () => {
      const tls = certificate('127.0.0.2');
      trust(tls.cert);
      const { verdict, troubles, server } = await sendTo(ELSEWHERE, {
        offers: OFFERS,
        tls,
        implicit,
      });
      expect(verdict).toBe('later');
      expect(troubles).toEqual([expect.stringContaining('ALTNAME')]);
      expect(passwords(server)).toBe(0);
    });
  },
);

describe('a smarthost on another machine without TLS', () => {
  test('gets nothing, and the operator is told', async () => {
    const { server, error, troubles } = await sendTo(ELSEWHERE, { offers: OFFERS });
    expect(error?.verdict).toEqual({ kind: 'later', scope: 'transport' });
    expect(troubles).toHaveLength(1);
    expect(passwords(server)).toBe(0);
    expect(server.mails).toEqual([]);
  });

  test('gets all where the operator allows it', async () => {
    const script = { offers: OFFERS };
    expect((await sendTo(ELSEWHERE, script, { clearText: true })).accepted).toBeDefined();
  });

  test('but not if it offers TLS and then fails', async () => {
    const script = { offers: [...OFFERS, 'STARTTLS'] };
    const cases = { '454 4.7.0 not now': 0, '554 5.7.0 no': 1 };
    for (const [starttls, told] of Object.entries(cases)) {
      const answers = { starttls };
      const { server, error, troubles } = await sendTo(
        ELSEWHERE,
        { ...script, answers },
        { clearText: true },
      );
      expect(error?.verdict).toEqual({ kind: 'later', scope: 'transport' });
      expect(troubles).toHaveLength(told);
      expect(passwords(server)).toBe(0);
    }
  });
});

describe('a smarthost on this machine', () => {
  test('may go without TLS', async () => {
    expect((await sendTo('127.0.0.1', { offers: OFFERS })).accepted).toBeDefined();
  });

  test('is taken with any certificate, if it wants TLS', async () => {
    const { server, accepted } = await sendTo('127.0.0.1', { offers: OFFERS, tls: certificate() });
    expect(accepted).toBeDefined();
    expect(server.mails[0]?.encrypted).toBe(true);
  });
});

test('within TLS, too, an end of the content that left is known to have left', async () => {
  const script = { offers: OFFERS, tls: certificate() };
  const dropped = await sendTo('127.0.0.1', { ...script, answers: { dot: DROP } });
  expect(dropped).toMatchObject({ verdict: 'unknown-outcome', left: 1 });
  const refused = await sendTo('127.0.0.1', { ...script, answers: { dot: '554 5.7.1 no' } });
  expect(refused).toMatchObject({ verdict: 'never', left: 1 });
});
