import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, refusalIn, type XmppClient } from '../support/clients/client.ts';
import {
  contactOf,
  JULIETS_ADDRESS,
  MAIL,
  type MailHouse,
  startMailHouse,
  textOf,
} from '../support/mail-house.ts';
import type { SmtpDialogue } from '../support/peers/smtp-dialogue.ts';
import { swaks } from '../support/peers/swaks.ts';

const BOB = 'bob@honest.example';
const EVIL = 'evil@evil.example';
const BARE_LINE_END = '550 5.6.0 a CR or LF stands alone: lines end with both';

let house: MailHouse;
let juliet: XmppClient;

beforeAll(async () => {
  house = await startMailHouse();
  juliet = await house.client();
  juliet.send(contactOf(BOB), 'so that I have an address');
  await house.mailbox.mail();
});

afterAll(() => house?.stop());

const heard = (text: string) => juliet.waitFor((stanza) => bodyOf(stanza)?.includes(text) === true);

/** All bodies up to the one of a mail that is sent now: what was to come has come. */
async function bodiesUpTo(text: string): Promise<readonly string[]> {
  await house.mailer('honest.example').send({ from: BOB, to: JULIETS_ADDRESS, text });
  await heard(text);
  return juliet.rest.flatMap((stanza) => bodyOf(stanza) ?? []);
}

async function begin(from: string): Promise<SmtpDialogue> {
  const smtp = await house.smtp();
  await smtp.say(`MAIL FROM:<${from}>`);
  await smtp.say(`RCPT TO:<${JULIETS_ADDRESS}>`);
  expect(await smtp.say('DATA')).toMatch(/^354 /);
  return smtp;
}

describe('T26, T27: what some servers take for the end of a mail', () => {
  const smuggled = `MAIL FROM:<${BOB}>\r\nRCPT TO:<${JULIETS_ADDRESS}>\r\nDATA\r\nFrom: ${BOB}\r\n\r\nsmuggled\r\n`;

  it.each(['\n.\n', '\n.\r\n', '\r.\r', '\r.\r\n', '\r\n.\n', '\r\n.\r'])(
    '%j ends none, and the mail that has it is refused',
    async (end) => {
      const smtp = await begin(EVIL);
      smtp.write(`From: ${EVIL}\r\nSubject: outer\r\n\r\nouter${end}${smuggled}.\r\nQUIT\r\n`);
      expect(await smtp.reply()).toBe(BARE_LINE_END);
      expect(await smtp.reply()).toMatch(/^221 /);
      const bodies = await bodiesUpTo(`after ${JSON.stringify(end)}`);
      expect(bodies.filter((body) => /outer|smuggled/.test(body))).toEqual([]);
    },
  );

  it('a NUL before the dot is text: one mail, whose sender nobody confirms', async () => {
    const smtp = await begin(EVIL);
    smtp.write(`From: ${EVIL}\r\n\r\nouter\r\n\0.\r\n${smuggled}.\r\nQUIT\r\n`);
    expect(await smtp.reply()).toMatch(/^250 /);
    expect(await smtp.reply()).toMatch(/^221 /);
    const stanza = await heard('smuggled');
    expect(stanza.attrs.from).toBe(`unverified@${MAIL}`);
    expect(bodyOf(stanza)).toContain('outer');
    expect(bodyOf(stanza)).toContain(`MAIL FROM:<${BOB}>`);
    const bodies = await bodiesUpTo('after a NUL');
    expect(bodies.filter((body) => /outer|smuggled/.test(body))).toEqual([]);
  });

  it('two dots in two segments are one dot of the text, and no end', async () => {
    const smtp = await begin(EVIL);
    for (const segment of ['.', '.\r\n']) {
      smtp.write(segment);
      // An answer from elsewhere: what is written next comes later.
      await house.smtp();
    }
    smtp.write(`From: ${EVIL}\r\n\r\nstill the same mail\r\n.\r\n`);
    expect(await smtp.reply()).toMatch(/^250 /);
    expect((await heard('still the same mail')).attrs.from).toBe(`unverified@${MAIL}`);
  });
});

describe('T28: what she writes ends no mail on its way out', () => {
  const command = `MAIL FROM:<${EVIL}>`;
  it.each([
    `hi\n.\n${command}`,
    `hi\n.&#13;\n${command}`,
    `hi&#13;.&#13;\n${command}`,
    `hi&#13;.&#13;${command}`,
    `hi&#13;\n.&#13;\n${command}`,
    `.\n${command}`,
    `..\n.\n\n.`,
  ])('%j', async (body) => {
    const before = house.mailbox.mails.length;
    juliet.raw(
      `<message type='chat' to='${contactOf(BOB)}'><body>${body.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</body></message>`,
    );
    const mail = await house.mailbox.mail();
    expect(mail.to).toEqual([BOB]);
    expect(mail.raw.toString('latin1')).not.toMatch(/(?<!\r)\n|\r(?!\n)/);
    const lines = body.replace(/&#13;\n?/g, '\n').split('\n');
    expect(textOf(mail).split('\n')).toEqual(lines.map((line) => line.trimEnd()));
    juliet.send(contactOf(BOB), `behind ${before}`);
    await house.mailWith(`behind ${before}`);
    expect(house.mailbox.mails).toHaveLength(before + 2);
  });
});

describe('T29: what she writes adds no line to a header', () => {
  const injected = `x&#13;&#10;Bcc: ${EVIL}&#13;&#10;X-Evil: yes`;
  const headers = [
    'content-transfer-encoding',
    'content-type',
    'date',
    'from',
    'message-id',
    'mime-version',
    'subject',
    'to',
  ];

  it.each([
    ['a subject', `<subject>${injected}</subject><body>hi</body>`],
    ['a first line', `<body>✉ ${injected.replaceAll('&#10;', '')}\nhi</body>`],
    ['a line of other systems', `<body>✉ x\u2028Bcc: ${EVIL}\u0085X-Evil: yes\nhi</body>`],
    ['a thread', `<thread>${injected}</thread><body>hi</body>`],
  ])('%s', async (what, content) => {
    const to = `${what.replaceAll(' ', '-')}@header.example`;
    juliet.raw(`<message type='chat' to='${contactOf(to)}'>${content}</message>`);
    const mail = await house.mailbox.mail();
    expect(mail.to).toEqual([to]);
    expect([...mail.content.headers.keys()].sort()).toEqual(headers);
    expect(textOf(mail)).toContain('hi');
  });

  it('ids of a mail that she answers', async () => {
    const from = 'ids@honest.example';
    const raw = `From: ${from}\r\nMessage-ID: <a\r\n Bcc: ${EVIL}\r\n\t@b>\r\nReferences: <c@d>\r\n <e\r\n\tX-Evil: f@g>\r\nSubject: =?utf-8?q?s=0D=0ABcc:_${EVIL}?=\r\n\r\nanswer me\r\n`;
    const envelope = { from, to: JULIETS_ADDRESS };
    await house.mailer('honest.example').send({ envelope, raw });
    const stanza = await heard('answer me');
    juliet.send(String(stanza.attrs.from), 'the answer');
    const mail = await house.mailWith('the answer');
    expect(mail.to).toEqual([from]);
    const further = [...mail.content.headers.keys()].filter((name) => !headers.includes(name));
    expect(further.filter((name) => !['in-reply-to', 'references'].includes(name))).toEqual([]);
    expect(mail.content.subject).toBe(`Re: s Bcc: ${EVIL}`);
  });
});

describe('T30, T31: a contact is one address, or none', () => {
  it.each([
    `b\\40y.example,\\20evil\\40evil.example`,
    `b\\40y.example,evil\\40evil.example`,
    `g\\3a\\20b\\40y.example,evil\\40evil.example;`,
    `b\\3cevil\\40evil.example\\3e`,
    `b\\40y.example\\20bcc\\3aevil\\40evil.example`,
    `b\\40y.example\\3e\\20rcpt`,
    `\\22evil\\40evil.example\\20x\\22\\40y.example`,
    `\\22b\\22\\40y.example`,
    `a\\40b\\40c.example`,
    `user%victim\\40gw.example`,
    `user%victim%gw.example`,
    `\\40gw.example\\3avictim\\40other.example`,
    `victim!user\\40gw.example`,
    `b\\40[127.0.0.1]`,
    `b\\40y.example.`,
    `b\\40localhost`,
    `b\\40-y.example`,
    `b..c\\40y.example`,
  ])('%s is refused', async (local) => {
    const reached = house.mailbox.count('mail');
    juliet.send(`${local}@${MAIL}`, 'hi', { id: local });
    const error = refusalIn(await juliet.waitFor(({ attrs }) => attrs.id === local));
    expect(error).toMatchObject({ condition: 'jid-malformed', type: 'modify' });
    juliet.send(contactOf(BOB), `behind ${local}`);
    await house.mailWith(`behind ${local}`);
    expect(house.mailbox.count('mail')).toBe(reached + 1);
  });
});

describe('T31, T32: nobody relays through here', () => {
  it.each([
    ['x@elsewhere.example', '550 5.7.1 relaying denied'],
    [`x@sub.${MAIL}`, '550 5.7.1 relaying denied'],
    [`@${MAIL}:victim@elsewhere.example`, '550 5.7.1 relaying denied'],
    [`victim%elsewhere.example@${MAIL}`, '553 5.1.3'],
    [`elsewhere.example!victim@${MAIL}`, '553 5.1.3'],
    [`"victim@elsewhere.example"@${MAIL}`, '501 '],
    [`victim@[127.0.0.1]`, '553 5.1.3'],
    [`nobody@${MAIL}`, '550 5.1.1'],
  ])('RCPT %s: %s', async (to, reply) => {
    const smtp = await house.smtp();
    for (const from of ['', BOB, JULIETS_ADDRESS]) {
      await smtp.say('RSET');
      await smtp.say(`MAIL FROM:<${from}>`);
      expect(await smtp.say(`RCPT TO:<${to}>`)).toContain(reply);
    }
  });

  it('swaks is not let through, either', async () => {
    const { code, transcript } = await swaks({ port: house.mailPort, to: 'x@elsewhere.example' });
    expect(code, transcript).toBe(24);
    expect(transcript).toContain('<** 550 5.7.1 relaying denied');
  });

  it('who tries names is sent away at the eleventh', async () => {
    const smtp = await house.smtp();
    await smtp.say('MAIL FROM:<>');
    const replies: string[] = [];
    for (let n = 0; n < 100 && replies.at(-1) !== ''; n++) {
      replies.push(await smtp.say(`RCPT TO:<name${n}@${MAIL}>`));
    }
    expect(replies.map((reply) => reply.slice(0, 3))).toEqual([
      ...Array(10).fill('550'),
      '421',
      '',
    ]);
  });

  it('a mail has a hundred recipients at most', async () => {
    const smtp = await house.smtp();
    await smtp.say('MAIL FROM:<>');
    const tag = (n: number) => smtp.say(`RCPT TO:<juliet+${n}@${MAIL}>`);
    for (let n = 0; n < 100; n++) expect(await tag(n)).toMatch(/^250 /);
    expect(await tag(100)).toMatch(/^452 4\.5\.3 /);
  });

  it.each(['VRFY juliet', 'EXPN juliet', 'ETRN elsewhere.example', 'AUTH PLAIN AGEAYg==', 'TURN'])(
    '%s tells nothing and does nothing',
    async (command) => {
      const smtp = await house.smtp();
      const reply = await smtp.say(command);
      expect(reply).toMatch(/^(?:252|5\d\d) /);
      expect(await smtp.say(command.replace('juliet', 'nobody'))).toBe(reply);
      expect(await smtp.say('MAIL FROM:<>')).toMatch(/^250 /);
      expect(await smtp.say('RCPT TO:<x@elsewhere.example>')).toMatch(/^550 5\.7\.1 /);
    },
  );

  it('nothing of it reached the smarthost, or anybody', async () => {
    expect(
      house.mailbox.mails.flatMap(({ to }) => to).filter((to) => /evil|victim|elsewhere/.test(to)),
    ).toEqual([]);
    const bodies = await bodiesUpTo('the last');
    expect(bodies).toEqual([]);
  });
});
