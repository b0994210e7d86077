import { expect, test } from 'vitest';
import { type EmailConfig, config as schema } from '../../config.ts';
import { writeEnvelope } from '../../listener/envelope.ts';
import openMail, { type OpenedMail } from '../../opener.ts';
import { file, html, letter, multipart, plain } from '../unit/mime/letter.ts';
import { KEPT, opened } from '../unit/opened.ts';
import { chance, damage, RUNS, SEED } from './damage.ts';

/** No name server is asked. */
const config: EmailConfig = schema.parse({
  listen: '127.0.0.1:2525',
  smarthost: 'smtp://127.0.0.1:587',
  verify: 'off',
});
/** Each is a whole mail and its text: about so many are as dear as a hundred stanzas. */
const MAILS = Math.ceil(RUNS / 8);

const HEAD = [
  ...['From: "Bob, B." <bob@example.com>', 'To: juliet@mail.example.org, c@d.example'],
  ...[
    'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
    'Message-ID: <1@example.com>',
    'Date: 1 Nov 2026 1:2:3 +0100',
  ],
  ...[
    'References: <a@b> <c@d>',
    'In-Reply-To: <c@d>',
    'Reply-To: g: x@y.example;',
    'MIME-Version: 1.0',
  ],
];
const QUOTED =
  'Yes.\n\nOn Monday, Bob wrote:\n> What?\n> > Really?\n-- \nBob\nSent from my phone\n';
const REPORT =
  'Content-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\nFinal-Recipient: rfc822; c@example.net\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n';
const SAMPLES = [
  plain(QUOTED),
  html('<p>Hi <b>Bob</b> &amp; <a href="https://x.example">y</a><br>z<table><tr><td>1</table>'),
  multipart('alternative', plain('Hi'), html('<p>Hi</p>')),
  multipart('mixed', plain('See.'), file('image/png', 'a.png'), file('text/calendar', 'i.ics')),
  multipart(
    'mixed',
    plain('See.'),
    multipart('related', html('<img src="cid:a">'), file('x/y', 'b')),
  ),
  multipart('report; report-type=delivery-status', plain('Failed.'), REPORT),
  multipart('mixed', plain('Fw'), 'Content-Type: message/rfc822\n\nFrom: x@y.example\n\nInner\n'),
  'Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe =\nx=3D\n',
  'Content-Type: text/plain; charset=utf-8; format=flowed\nContent-Transfer-Encoding: base64\n\nR3LDvMOfZQo=\n',
].map((part) => letter(HEAD, part).toString('latin1').replace('\r\n\r\n', '\r\n'));

function check(mail: OpenedMail): void {
  const { body, subject, attachments, from, messageId, inReplyTo, references, sentAt } = mail;
  for (const text of [body.text, body.fresh, subject, mail.claims]) {
    if (typeof text !== 'string' || !text.isWellFormed()) throw new Error('A text is none.');
  }
  if (/[\r\n]/.test(subject)) throw new Error(`The subject has lines: ${JSON.stringify(subject)}`);
  for (const { name } of attachments) {
    if (/[/\\\p{Cc}]/u.test(name ?? '')) throw new Error(`A name: ${JSON.stringify(name)}`);
  }
  const address = from?.address ?? '';
  if (/[\s<>,]/.test(address) || address.split('@').length > 2) throw new Error(`From ${address}`);
  for (const id of [messageId ?? '', ...inReplyTo, ...references]) {
    if (/[\s<>\p{Cc}]/u.test(id)) throw new Error(`An id: ${JSON.stringify(id)}`);
  }
  if (sentAt !== undefined && !Number.isFinite(sentAt)) throw new Error(`Sent at ${sentAt}`);
}

test(`whatever a mail is, it is opened into what the chat can have (seed ${SEED})`, {
  timeout: 60_000 + RUNS * 20,
}, async () => {
  const envelope = writeEnvelope(opened().envelope);
  let withText = 0;
  for (let index = 0; index < MAILS; index++) {
    const below = chance(SEED ^ index);
    const sample = Buffer.from(SAMPLES[below(SAMPLES.length)] ?? '', 'latin1');
    const raw = damage(below, sample);
    try {
      const mail = (await openMail({ ...KEPT, raw, envelope }, config)) as OpenedMail;
      check(structuredClone(mail));
      if (mail.body.text.trim() !== '') withText++;
    } catch (cause) {
      throw new Error(`Mail ${index} of seed ${SEED}: ${cause}: ${JSON.stringify(String(raw))}`, {
        cause,
      });
    }
  }
  expect('x' in {} || 'polluted' in {}).toBe(false);
  expect(withText).toBeGreaterThan(MAILS / 2);
});
