/** Mails of every kind that is read apart, undamaged. */

import { file, html, letter, multipart, plain } from '../unit/mime/letter.ts';

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
export const SAMPLES: readonly Buffer[] = [
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
].map((part) => {
  const mail = letter(HEAD, part).toString('latin1');
  return Buffer.from(mail.replace('\r\n\r\n', '\r\n'), 'latin1');
});
