import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { runningMailbox } from './running-mailbox.ts';

const JULIET = 'juliet@mail.localhost';
const BOB = 'bob@example.com';

/** What the gateway hands over. */
const MAIL = {
  from: { name: 'Juliet', address: JULIET },
  to: { name: '', address: BOB },
  subject: 'The balcony 🌹',
  text: 'Wherefore art thou?\n\nDeny thy father.',
  messageId: '<01@mail.localhost>',
  references: ['<00@mail.localhost>'],
  envelope: { from: 'b=01@mail.localhost', to: BOB },
};

test('a mail lies in the mailbox of its recipient, as its program shows it', async () => {
  const mailbox = await runningMailbox();
  await mailbox.submit(MAIL);
  const { body } = await mailbox.control('GET', `wait?to=${BOB}`);
  expect(body.messages).toEqual([
    {
      id: '1',
      to: BOB,
      from: JULIET,
      name: 'Juliet',
      subject: MAIL.subject,
      text: MAIL.text,
      messageId: MAIL.messageId,
      inReplyTo: '',
      references: MAIL.references,
      date: expect.stringMatching(/^\d{4}-.*Z$/),
    },
  ]);
});

test('a delivery is reported to a sender who asked for it, and to no other', async () => {
  const mailbox = await runningMailbox();
  await mailbox.submit(MAIL);
  await mailbox.submit({ ...MAIL, dsn: { return: 'headers', id: 'b+c', notify: ['failure'] } });
  await mailbox.submit({ ...MAIL, dsn: { return: 'headers', id: 'b+c', notify: ['success'] } });
  const report = await mailbox.gateway.mail(1);
  expect(report).toMatchObject({ from: '', to: [MAIL.envelope.from] });
  const { headers, text, attachments } = await simpleParser(report.raw);
  expect(headers.get('content-type')).toMatchObject({
    value: 'multipart/report',
    params: { 'report-type': 'delivery-status' },
  });
  expect(headers.get('auto-submitted')).toBe('auto-replied');
  expect(headers.get('to')).toMatchObject({ text: MAIL.envelope.from });
  expect(text).toContain(`Your mail to ${BOB} lies in the mailbox.`);
  expect(text).toContain('Original-Envelope-Id: b+c\n');
  expect(text).toMatch(/Final-Recipient: rfc822; bob@example\.com\nAction: delivered\nStatus: 2\./);
  const [original] = attachments.map(({ content }) => content.toString('utf8'));
  expect(original).toContain('Message-ID: <01@mail.localhost>');
});

test('an answer is a reply to that very mail, with all of it below', async () => {
  const mailbox = await runningMailbox();
  await mailbox.submit(MAIL);
  const { body } = await mailbox.control('POST', 'answer', {
    from: BOB,
    text: 'Call me but love.',
  });
  expect(body.reply).toMatch(/^250 /);
  const { from, to, raw } = await mailbox.gateway.mail(1);
  expect({ from, to }).toEqual({ from: BOB, to: [JULIET] });
  expect(raw).toMatch(
    /^Authentication-Results: mx\.localhost; dmarc=pass header\.from=example\.com\r\n/,
  );
  const answer = await simpleParser(raw);
  expect(answer).toMatchObject({
    from: { value: [{ address: BOB, name: 'Bob' }] },
    to: { value: [{ address: JULIET, name: 'Juliet' }] },
    subject: `Re: ${MAIL.subject}`,
    inReplyTo: MAIL.messageId,
    references: [...MAIL.references, MAIL.messageId],
  });
  expect(answer.text).toMatch(
    /^Call me but love\.\n\n-- \nBob\n\nOn .*, Juliet <juliet@mail\.localhost> wrote:\n\n> Wherefore art thou\?\n>\n> Deny thy father\.\n/,
  );
});

test('the mail that is answered can be chosen', async () => {
  const mailbox = await runningMailbox();
  await mailbox.submit(MAIL);
  await mailbox.submit({ ...MAIL, subject: 'Re: another', messageId: '<02@mail.localhost>' });
  await mailbox.control('POST', 'answer', { from: BOB, text: 'the last' });
  await mailbox.control('POST', 'answer', { from: BOB, text: 'the first', id: '1' });
  expect(await simpleParser((await mailbox.gateway.mail(1)).raw)).toMatchObject({
    inReplyTo: '<02@mail.localhost>',
    subject: 'Re: another',
  });
  expect(await simpleParser((await mailbox.gateway.mail(2)).raw)).toMatchObject({
    inReplyTo: '<01@mail.localhost>',
  });
});

test('anybody can write a new mail, and may fail to prove who he is', async () => {
  const mailbox = await runningMailbox();
  const mail = { from: 'nurse@example.net', to: JULIET, subject: 'hi', text: 'Madam!' };
  await mailbox.control('POST', 'mail', { ...mail, name: 'The Nurse', dmarc: 'fail' });
  const { raw } = await mailbox.gateway.mail(1);
  expect(raw).toMatch(/^Authentication-Results: .* dmarc=fail header\.from=example\.net\r\n/);
  expect(await simpleParser(raw)).toMatchObject({
    from: { value: [{ address: mail.from, name: 'The Nurse' }] },
    text: 'Madam!\n',
  });
});

test.each([
  ['GET', 'wait?seconds=0.01', undefined, 408, /0 of 1 mails/],
  ['GET', 'wait?count=many', undefined, 400, /count must be a number/],
  ['POST', 'answer', { from: BOB, text: 'to what?' }, 404, /bob@example\.com has no such mail/],
  ['POST', 'mail', { from: BOB, to: JULIET, subject: 'hi' }, 400, /text must be a text/],
  [
    'POST',
    'mail',
    { from: BOB, to: 'nobody@mail.localhost', subject: 'hi', text: 'hi' },
    400,
    /550 .*unknown here/,
  ],
])(
  '%s %s with %o is answered with %i and what is wrong',
  async (method, path, body, status, words) => {
    const mailbox = await runningMailbox();
    const answer = await mailbox.control(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatch(words);
  },
);
