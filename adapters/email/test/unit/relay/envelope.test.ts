/** What is said of a mail before and around its content. */

import { describe, expect, test } from 'vitest';
import { compose } from '../../../compose.ts';
import { type MailAddress, parseAddress } from '../../../mail-address.ts';
import { letter, RECIPIENT, SENDER, scripted, send, written } from './on-relay.ts';

describe('reports', () => {
  test('are asked for, of success only where it is wanted', async () => {
    const { server, relay } = await scripted();
    await send(relay, { wantsDsn: true });
    await send(relay);
    const [wanted, other] = server.mails;
    expect(wanted?.mail).toBe(
      `MAIL FROM:<${SENDER}> SIZE=${letter().message.length} RET=HDRS ENVID=01JDFN2Y7E8T9W0QX3Z5V6B4KC`,
    );
    expect(wanted?.recipients).toEqual([`RCPT TO:<${RECIPIENT}> NOTIFY=SUCCESS,FAILURE,DELAY`]);
    expect(other?.recipients).toEqual([`RCPT TO:<${RECIPIENT}> NOTIFY=FAILURE,DELAY`]);
  });

  test('are not asked of a server that knows none', async () => {
    const { server, relay } = await scripted({ offers: ['PIPELINING', 'X-NO-DSN'] });
    expect((await send(relay, { wantsDsn: true })).accepted?.dsn).toBe(false);
    expect(server.mails[0]).toMatchObject({
      mail: `MAIL FROM:<${SENDER}>`,
      recipients: [`RCPT TO:<${RECIPIENT}>`],
    });
  });
});

describe('an address beyond ASCII', () => {
  const to = 'жук@example.com' as MailAddress;

  test('goes to a server that takes it', async () => {
    const { server, relay } = await scripted();
    expect((await send(relay, { to })).accepted).toBeDefined();
    expect(server.mails[0]?.mail).toContain(' SMTPUTF8');
    const [rcpt = ''] = server.mails[0]?.recipients ?? [];
    expect(Buffer.from(rcpt, 'latin1').toString()).toContain(`RCPT TO:<${to}>`);
  });

  test('is refused with words where it does not, and the connection is kept', async () => {
    const { server, relay } = await scripted({ offers: ['PIPELINING'] });
    const { error, left } = await send(relay, { to });
    expect(error?.verdict).toEqual({
      kind: 'never',
      refusal: {
        condition: 'not-acceptable',
        type: 'cancel',
        text: 'Not delivered to жук@example.com: a server on the way can not take this address (5.6.7).',
      },
    });
    expect(left).toBe(0);
    await send(relay);
    expect(server.connections).toBe(1);
  });
});

test('a mail that the server said to be too large is not begun', async () => {
  const { server, relay } = await scripted({ offers: ['SIZE 200'] });
  const { error } = await send(relay, { message: written('x'.repeat(201)) });
  expect(error?.verdict).toMatchObject({ kind: 'never', refusal: { condition: 'not-acceptable' } });
  expect(server.commands.filter((line) => line.startsWith('MAIL'))).toEqual([]);
  expect((await send(relay, { message: written('x'.repeat(200)) })).accepted).toBeDefined();
});

describe('the content', () => {
  const outgoing = {
    from: { name: 'Juliet', address: 'juliet@mail.example.org' as MailAddress },
    to: RECIPIENT,
    subject: 'hi',
    messageId: '01JDFN2Y7E8T9W0QX3Z5V6B4KC@mail.example.org',
    date: 1_764_000_000_000,
    references: [],
  };

  test.each([
    'hi\n.\nMAIL FROM:<evil@e.test>\nRCPT TO:<victim@e.test>\nDATA\n',
    'hi\r\n.\r\nMAIL FROM:<evil@e.test>',
    'hi\r.\r\nMAIL FROM:<evil@e.test>',
    'hi\n.\r\nMAIL FROM:<evil@e.test>',
    'hi\r.\rMAIL FROM:<evil@e.test>',
    '.',
    '.\n.\n..\n...',
  ])('%j is one mail on the wire, as it was', async (text) => {
    const { server, relay } = await scripted();
    const message = await compose({ ...outgoing, text });
    await send(relay, { message });
    await send(relay);
    expect(server.mails).toHaveLength(2);
    const [mail] = server.mails;
    expect(mail?.message).toEqual(message);
    expect(mail?.wire).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
    expect(mail?.wire).not.toMatch(/^\.(?!\.)/m);
    expect(server.commands.filter((line) => line.startsWith('RCPT'))).toHaveLength(2);
  });

  test('bare line ends of a message made elsewhere are mended', async () => {
    const { server, relay } = await scripted();
    await send(relay, { message: written('Subject: x\n\na\r.\rb\n.\nc\n.') });
    expect(server.mails).toHaveLength(1);
    expect(String(server.mails[0]?.message)).toBe(
      'Subject: x\r\n\r\na\r\n.\r\nb\r\n.\r\nc\r\n.\r\n',
    );
  });
});

test.each([
  'b@y.test\r\nBcc: evil@e.test',
  'b@y.test\r\nRCPT TO:<evil@e.test>',
  'b@y.test, evil@e.test',
  'g: e1@e.test, e2@e.test;',
  'b@y.test> NOTIFY=NEVER',
  '"evil@e.test x"@y.test',
  'a@b@c.test',
  'user%victim@gw.test',
  '@gw.test:victim@other.test',
  'victim!user@gw.test',
  'a b@y.test',
  '<b@y.test>',
])('%j is no address, so nothing is ever sent to it', (text) => {
  expect(parseAddress(text)).toBeUndefined();
});

test('even one that came so far names one recipient, or none', async () => {
  for (const to of [
    'b@y.test\r\nRCPT TO:<evil@e.test>',
    'b@y.test> X=1',
    'b@y.test, evil@e.test',
  ]) {
    const { server, relay } = await scripted();
    await send(relay, { to: to as MailAddress });
    const recipients = server.commands.filter((line) => line.startsWith('RCPT'));
    expect(recipients.length, to).toBeLessThanOrEqual(1);
    expect(recipients.filter((line) => /RCPT TO:<evil|X=1/.test(line))).toEqual([]);
  }
});
