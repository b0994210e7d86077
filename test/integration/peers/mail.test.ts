import { Resolver } from 'node:dns/promises';
import type { DNSResolver } from 'mailauth';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { expect, onTestFinished, test } from 'vitest';
import { startDns } from '../../support/peers/dns.ts';
import { startMailSink } from '../../support/peers/mail-sink.ts';
import { sendMany } from '../../support/peers/mail-source.ts';
import { startMailbox } from '../../support/peers/mailbox.ts';
import { startMailer } from '../../support/peers/mailer.ts';
import { swaks } from '../../support/peers/swaks.ts';

const BOB = 'bob@example.com';

async function mailbox() {
  const started = await startMailbox();
  onTestFinished(() => started.stop());
  return started;
}

test('smtp-source sends many, smtp-sink keeps them', async () => {
  const sink = await startMailSink({ keep: true });
  onTestFinished(() => sink.stop());
  const ms = await sendMany({ port: sink.port, to: BOB, count: 20, sessions: 4, bytes: 3_000 });
  expect(ms).toBeGreaterThan(0);
  const mails = await sink.mails(20);
  expect(mails).toHaveLength(20);
  for (const mail of mails) {
    expect(mail).toMatch(/^X-Mail-Args: <source@example\.com>$/m);
    expect(mail).toMatch(/^X-Rcpt-Args: <bob@example\.com>$/m);
    expect(mail.length).toBeGreaterThan(3_000);
  }
});

test('smtp-sink refuses what it is told to, and smtp-source says so', async () => {
  const sink = await startMailSink({ args: ['-f', 'RCPT', '-B', '550 5.1.1 nobody'] });
  onTestFinished(() => sink.stop());
  await expect(sendMany({ port: sink.port, to: BOB })).rejects.toThrow('550 5.1.1 nobody');
});

test('both speak LMTP', async () => {
  const sink = await startMailSink({ args: ['-L'], keep: true });
  onTestFinished(() => sink.stop());
  await sendMany({ port: sink.port, to: BOB, protocol: 'lmtp', reconnect: true, count: 2 });
  expect(await sink.mails(2)).toHaveLength(2);
});

test('the mailbox keeps mails with their envelopes', async () => {
  const peer = await mailbox();
  const mail = 'From: Juliet <juliet@example.org>\nSubject: a\n\n.dot\nb\n';
  const sent = await swaks({
    ...{ port: peer.port, from: '', to: [BOB, 'ann@example.com'], mail },
  });
  expect(sent.code, sent.transcript).toBe(0);
  expect(await peer.mail(({ content }) => content.subject === 'a')).toMatchObject({
    from: '',
    to: [BOB, 'ann@example.com'],
    notify: [],
    content: { text: expect.stringMatching(/^\.dot\nb\n/) },
  });
  expect(peer.mails).toHaveLength(1);
});

test.each([
  ['connect', 21],
  ['mail', 23],
  ['rcpt', 24],
  ['dot', 26],
] as const)('the mailbox refuses or drops at %s, once or always', async (phase, exitCode) => {
  const peer = await mailbox();
  peer.next(phase, '451 4.7.1 Come again.', 'drop');
  const send = () => swaks({ port: peer.port, to: BOB });
  const refused = await send();
  expect(refused.code, refused.transcript).toBe(exitCode);
  expect(refused.transcript).toContain('<** 451 4.7.1 Come again.');
  expect((await send()).code).not.toBe(0);
  // Dropped after the dot: it has been taken.
  expect(peer.mails).toHaveLength(phase === 'dot' ? 1 : 0);
  expect((await send()).code).toBe(0);
  peer.always(phase, '550 5.1.1 Nobody.');
  expect((await send()).transcript).toContain('<** 550 5.1.1 Nobody.');
  expect((await send()).transcript).toContain('<** 550 5.1.1 Nobody.');
  peer.always(phase);
  expect((await send()).code).toBe(0);
  expect(peer.count(phase)).toBe(6);
});

test('the mailer signs with the key that its zone shows', async () => {
  const peer = await mailbox();
  const mailer = startMailer('example.com', peer.port);
  const dns = await startDns(mailer.zone);
  const asker = new Resolver();
  asker.setServers([dns.address]);
  onTestFinished(async () => {
    mailer.stop();
    await dns.stop();
  });
  const mail = { from: BOB, to: 'juliet@example.org', subject: 'signed', text: 'hi' };
  expect(await mailer.send(mail)).toMatch(/^250 /);
  const { raw } = await peer.mail();
  const resolver: DNSResolver = async (name) => asker.resolveTxt(name);
  const { results } = await dkimVerify(raw, { resolver });
  expect(results).toMatchObject([
    { signingDomain: 'example.com', status: { result: 'pass', aligned: 'example.com' } },
  ]);
  await mailer.sendUnsigned(mail);
  expect((await dkimVerify((await peer.mail()).raw, { resolver })).results).toMatchObject([
    { status: { result: 'none' } },
  ]);
});
