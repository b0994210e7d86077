import { afterAll, beforeAll, expect, it } from 'vitest';
import { child, textOf } from '../../src/xmpp/xml/element.ts';
import { bodyOf, type XmppClient } from '../support/clients/client.ts';
import { escapeXml } from '../support/clients/xml.ts';
import {
  answerTo,
  contactOf,
  JULIETS_ADDRESS,
  type MailHouse,
  textOf as mailText,
  startMailHouse,
} from '../support/mail-house.ts';

const BOB = 'bob@subject.example';

let house: MailHouse;
let juliet: XmppClient;

beforeAll(async () => {
  house = await startMailHouse();
  juliet = await house.client();
});

afterAll(() => house?.stop());

/** To a new correspondent each time, but where one is given. */
let correspondents = 0;

async function mailOf(
  body: string,
  more: { readonly to?: string; readonly subject?: string; readonly thread?: string } = {},
) {
  correspondents += 1;
  const { to = `c${correspondents}@subject.example`, subject, thread } = more;
  const named = subject === undefined ? '' : `<subject>${escapeXml(subject)}</subject>`;
  const threaded = thread === undefined ? '' : `<thread>${thread}</thread>`;
  juliet.raw(
    `<message type='chat' to='${contactOf(to)}' id='m${correspondents}'>${named}${threaded}<body>${escapeXml(body)}</body></message>`,
  );
  const mail = await house.mailbox.mail((each) => each.to.includes(to));
  const { subject: shown, inReplyTo, messageId } = mail.content;
  return { mail, subject: shown, text: mailText(mail), inReplyTo, messageId };
}

it.each([
  ['Subject: Invoice 42\nPlease pay.', undefined, 'Invoice 42', 'Please pay.'],
  ['subject:Invoice 42\n\nPlease pay.', undefined, 'Invoice 42', 'Please pay.'],
  ['✉ Größe 🌹\nPlease pay.', undefined, 'Größe 🌹', 'Please pay.'],
  ['✉️ Invoice 42\nPlease pay.', undefined, 'Invoice 42', 'Please pay.'],
  ['✉ Only a subject', undefined, 'Only a subject', ''],
  ['Please pay.', 'Invoice 42', 'Invoice 42', 'Please pay.'],
  ['✉ Of the text\nPlease pay.', 'Of the stanza', 'Of the text', 'Please pay.'],
  ['Please pay.', undefined, 'Message from Juliet', 'Please pay.'],
  ['My subject: none', undefined, 'Message from Juliet', 'My subject: none'],
  [`✉ ${'long '.repeat(60)}end\nHi`, undefined, `${'long '.repeat(60)}end`, 'Hi'],
])('%j, <subject> %j: the mail has the subject %j', async (body, named, subject, text) => {
  const mail = await mailOf(body, named === undefined ? {} : { subject: named });
  expect(mail).toMatchObject({ subject, text });
  expect(mail.inReplyTo).toBeUndefined();
});

it('a subject begins a thread, what follows goes on in it, and “Re:” goes back to one', async () => {
  const to = BOB;
  const invoice = await mailOf('✉ Invoice\none', { to });
  const more = await mailOf('two', { to });
  expect(more).toMatchObject({ subject: 'Re: Invoice', inReplyTo: invoice.messageId });
  const dinner = await mailOf('✉ Dinner\nthree', { to });
  expect(dinner.subject).toBe('Dinner');
  expect(dinner.inReplyTo).toBeUndefined();
  const back = await mailOf('✉ Re: Invoice\nfour', { to });
  expect(back).toMatchObject({ subject: 'Re: Invoice', inReplyTo: more.messageId });
});

it('a thread that her client names is kept apart from others, also over a restart', async () => {
  const to = 'ann@subject.example';
  const first = await mailOf('✉ First\none', { to, thread: 'A' });
  const second = await mailOf('✉ Second\ntwo', { to, thread: 'B' });
  await house.gateway.program.end();
  await house.gateway.restart();
  await house.gateway.ready();
  expect(await mailOf('three', { to, thread: 'A' })).toMatchObject({
    subject: 'Re: First',
    inReplyTo: first.messageId,
  });
  expect(await mailOf('four', { to, thread: 'B' })).toMatchObject({
    subject: 'Re: Second',
    inReplyTo: second.messageId,
  });
  await house.mailer('subject.example').send(answerTo(first.mail, 'answer to the first'));
  const answer = await juliet.waitFor((stanza) => bodyOf(stanza) !== undefined);
  // She knows the subject, and sees by the thread which it is.
  expect(bodyOf(answer)).toBe('answer to the first');
  const thread = child(answer, 'thread', 'jabber:client');
  expect(thread && textOf(thread)).toBe('A');
});

it('a subject comes as the first line where it begins or changes, and never as <subject/>', async () => {
  const { send } = house.mailer('subject.example');
  const bodies: (string | undefined)[] = [];
  const mails = [
    { subject: 'Tea', messageId: '<t1@subject.example>' },
    { subject: 'Re: Tea', inReplyTo: '<t1@subject.example>' },
    { subject: 'Coffee (was: Tea)', inReplyTo: '<t1@subject.example>' },
    { subject: 'Tea' },
    { subject: '' },
  ];
  for (const [index, mail] of mails.entries()) {
    await send({ ...mail, from: BOB, to: JULIETS_ADDRESS, text: `tea ${index}` });
    const stanza = await juliet.waitFor((each) => bodyOf(each)?.endsWith(`tea ${index}`) === true);
    expect(child(stanza, 'subject', 'jabber:client')).toBeUndefined();
    bodies.push(bodyOf(stanza));
  }
  expect(bodies).toEqual([
    '✉ Tea\ntea 0',
    'tea 1',
    '✉ Coffee (was: Tea)\ntea 2',
    '✉ Tea\ntea 3',
    'tea 4',
  ]);
});
