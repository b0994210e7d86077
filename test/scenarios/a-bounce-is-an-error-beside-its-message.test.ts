import { afterAll, beforeAll, expect, it } from 'vitest';
import { child } from '../../src/xmpp/xml/element.ts';
import { bodyOf, refusalIn, type XmppClient } from '../support/clients/client.ts';
import { contactOf, MAIL, type MailHouse, startMailHouse } from '../support/mail-house.ts';
import type { TakenMail } from '../support/peers/mailbox.ts';
import { swaks } from '../support/peers/swaks.ts';

const BOB = 'bob@bounce.example';

let house: MailHouse;
let juliet: XmppClient;

beforeAll(async () => {
  house = await startMailHouse();
  juliet = await house.client();
});

afterAll(() => house?.stop());

/** Of each test. */
let sent = 0;

function write(text: string): string {
  sent += 1;
  const id = `written-${sent}`;
  juliet.send(contactOf(BOB), text, { id, receipt: true });
  return id;
}

const errorOf = async (id: string) =>
  refusalIn(await juliet.waitFor(({ attrs }) => attrs.id === id && attrs.type === 'error'));

const receiptOf = (id: string) =>
  juliet.waitFor((stanza) => child(stanza, 'received', 'urn:xmpp:receipts')?.attrs.id === id);

/** A report of a mail server (RFC 3464) to whoever is given. @returns what the gateway answered */
function report(of: TakenMail, status: string, words: string, to = of.from) {
  const action = { 2: 'delivered', 4: 'delayed', 5: 'failed' }[status.charAt(0)];
  return swaks({
    port: house.mailPort,
    from: '',
    to,
    mail: `From: Mail Delivery System <mailer-daemon@mx.bounce.example>
To: <${to}>
Subject: Delivery Status Notification
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.bounce.example

Final-Recipient: rfc822; ${BOB}
Action: ${action}
Status: ${status}
Diagnostic-Code: smtp; ${words}

--b--
`,
  });
}

it.each([
  ['rcpt', '550 5.1.1 <bob@bounce.example>: unknown', 'item-not-found', 'cancel', 'does not exist'],
  ['rcpt', '552 5.2.2 quota', 'resource-constraint', 'wait', 'is full'],
  ['mail', '550 5.7.1 not you', 'policy-violation', 'cancel', 'does not allow it'],
  ['dot', '554 5.7.1 spam', 'policy-violation', 'cancel', 'does not allow it'],
  ['dot', '552 5.3.4 too big', 'not-acceptable', 'modify', 'too large'],
] as const)(
  'refused at %s with %s: an error on the very message, in words, and no second attempt',
  async (phase, reply, condition, type, words) => {
    const attempts = house.mailbox.count(phase);
    house.mailbox.next(phase, reply);
    const error = await errorOf(write('refused'));
    expect(error).toMatchObject({ condition, type });
    expect(error.text).toMatch(/^Not delivered to bob@bounce\.example: .*\(\d{3} 5\.\d\.\d\)\.$/);
    expect(error.text).toContain(words);
    expect(error.text.length).toBeLessThanOrEqual(120);
    expect(house.mailbox.count(phase)).toBe(attempts + 1);
  },
);

it('a bounce that comes later is an error on the very message', async () => {
  const others = [write('first'), write('third')];
  const id = write('second');
  const mail = await house.mailWith('second');
  await Promise.all([house.mailWith('first'), house.mailWith('third')]);
  const { code, transcript } = await report(mail, '5.1.1', '550 5.1.1 no such user');
  expect(code, transcript).toBe(0);
  expect(await errorOf(id)).toEqual({
    condition: 'item-not-found',
    type: 'cancel',
    text: `Not delivered to ${BOB}: this mailbox does not exist (550 5.1.1).`,
  });
  // One truth about each: what comes afterwards changes nothing, and the others are untouched.
  expect((await report(mail, '2.0.0', '250 after all')).code).toBe(0);
  const last = write('last');
  await report(await house.mailWith('last'), '2.1.5', '250 ok');
  await receiptOf(last);
  const told = juliet.rest.filter(({ name }) => name === 'message');
  expect(told.filter(({ attrs }) => others.concat(id).includes(attrs.id ?? ''))).toEqual([]);
  expect(told.filter((stanza) => child(stanza, 'received', 'urn:xmpp:receipts'))).toEqual([]);
});

it('a report of the delivery is the receipt, one of a delay is nothing', async () => {
  const id = write('with a receipt');
  const mail = await house.mailWith('with a receipt');
  expect(mail.notify).toEqual(['SUCCESS', 'FAILURE', 'DELAY']);
  expect(mail.envelopeId).toMatch(/^[0-9A-Z]{26}$/);
  expect((await report(mail, '4.4.1', '451 4.4.1 no answer')).code).toBe(0);
  expect((await report(mail, '2.0.0', '250 2.0.0 ok')).code).toBe(0);
  expect((await receiptOf(id)).attrs.from).toBe(contactOf(BOB));
  expect(juliet.rest.filter(({ attrs }) => attrs.type === 'error')).toEqual([]);
});

it('a report to an address that nobody here has signed is refused', async () => {
  write('signed');
  const mail = await house.mailWith('signed');
  const forged = mail.from.replace(/.@/, (end) => (end === 'a@' ? 'b@' : 'a@'));
  const tried = [forged, `b=nothing@${MAIL}`, mail.from.replace(/^b=./, 'b=8')];
  for (const to of tried) {
    const { transcript } = await report(mail, '5.1.1', '550 5.1.1 no such user', to);
    expect(transcript).toContain('<** 550 5.7.1 no mail from here bears this address');
  }
});

it('a note of absence to the return address is the contact’s automatic reply', async () => {
  write('are you there?');
  const mail = await house.mailWith('are you there?');
  await house.mailer('bounce.example').send({
    envelope: { from: '', to: mail.from },
    from: `Bob <${BOB}>`,
    to: mail.from,
    subject: 'Out of office',
    inReplyTo: mail.content.messageId,
    headers: { 'Auto-Submitted': 'auto-replied (vacation)' },
    text: 'I am at sea until May.',
  });
  const note = await juliet.waitFor((stanza) => bodyOf(stanza)?.includes('at sea') === true);
  expect(note.attrs.from).toBe(contactOf(BOB));
  expect(note.attrs.type).not.toBe('error');
  const lines = bodyOf(note)?.split('\n');
  expect(lines?.slice(-2)).toEqual(['[An automatic reply]', 'I am at sea until May.']);
  // No machine is answered by a machine.
  expect(house.mailbox.mails.at(-1)).toBe(mail);
});

it('what is refused for now is sent again, as the very same mail', async () => {
  house.mailbox.next('rcpt', '451 4.7.1 greylisted');
  const id = write('come again');
  const { content, raw, envelopeId } = await house.mailWith('come again');
  house.mailbox.next('dot', 'drop');
  write('taken, and nobody told');
  const [once, again] = [
    await house.mailWith('taken, and nobody told'),
    await house.mailWith('taken, and nobody told'),
  ];
  expect(again.raw.equals(once.raw)).toBe(true);
  expect(content.messageId).toBe(`<${envelopeId}@${MAIL}>`);
  expect(raw.toString()).toContain('come again');
  expect(juliet.rest.filter(({ attrs }) => attrs.id === id)).toEqual([]);
});
