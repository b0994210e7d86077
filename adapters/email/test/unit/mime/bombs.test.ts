import { describe, expect, test } from 'vitest';
import { type Mail, readMail } from '../../../mime/mail.ts';
import { letter } from './letter.ts';

const MB = 1024 * 1024;
const FROM = 'From: a@b.example';
const mixed = 'Content-Type: multipart/mixed; boundary=b';

const times = (count: number, piece: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => piece(at)).join('');

const ofType = (type: string, body: string) => letter([FROM, `Content-Type: ${type}`], body);

/** Mails made to cost their reader more than their sender. */
const BOMBS: Readonly<Record<string, () => Buffer>> = {
  '5,000 multiparts in each other': () =>
    letter(
      [FROM, 'Content-Type: multipart/mixed; boundary=b0'],
      times(5_000, (at) => `--b${at}\nContent-Type: multipart/mixed; boundary=b${at + 1}\n\n`),
    ),
  '100,000 parts': () =>
    letter(
      [FROM, mixed],
      times(100_000, () => '--b\n\nx\n'),
    ),
  '100,000 files': () =>
    letter(
      [FROM, mixed],
      times(100_000, (at) => `--b\nContent-Disposition: attachment; filename=${at}\n\nx\n`),
    ),
  '2,000 mails in each other': () =>
    letter(
      [FROM],
      times(2_000, () => 'Content-Type: message/rfc822\nContent-Disposition: inline\n\n'),
    ),
  'a field of 10 MB': () => letter([FROM, `X-A: ${'a'.repeat(10 * MB)}`], 'Hi'),
  '300,000 fields': () => letter([FROM, times(300_000, (at) => `X-${at}: a\r\n`).trimEnd()], 'Hi'),
  '200,000 references': () =>
    letter([FROM, `References: ${times(200_000, (at) => `<${at}@b.example> `)}`], 'Hi'),
  '100,000 recipients': () =>
    letter([FROM, `To: ${times(100_000, (at) => `a${at}@b.example,`)}`], 'Hi'),
  '20,000 groups in each other': () => letter([FROM, `To: ${'g:'.repeat(20_000)}`], 'Hi'),
  '100,000 comments in each other': () => letter([`From: ${'('.repeat(100_000)}`], 'Hi'),
  '40,000 quotations that never end': () => letter([`From: ${'"<'.repeat(40_000)}`], 'Hi'),
  '200 KB of encoded words': () =>
    letter([FROM, `Subject: ${'=?utf-8?Q?a?= '.repeat(14_000)}`], 'Hi'),
  '200 KB of half encoded words': () =>
    letter([FROM, `Subject: ${'=?utf-8?Q?'.repeat(20_000)}`], 'Hi'),
  '9,000 pieces of a parameter': () =>
    ofType(`text/plain; ${times(9_000, (at) => `name*${at}*=%41; `)}`, 'Hi'),
  '5 MB of HTML': () =>
    ofType(
      'text/html',
      times(250_000, (at) => `<p>word ${at}</p> `),
    ),
  '5 MB of entities': () => ofType('text/html', '&amp;'.repeat(MB)),
  '200,000 elements in each other': () => ofType('text/html', `${'<div>'.repeat(200_000)}deep`),
  '10,000 pictures': () =>
    letter(
      [FROM, 'Content-Type: multipart/related; boundary=b'],
      `--b\nContent-Type: text/html\n\n${times(10_000, (at) => `<img src="cid:${at}">`)}\n${times(10_000, (at) => `--b\nContent-Type: image/png\nContent-ID: <${at}>\n\nx\n`)}--b--`,
    ),
  '5 MB of links': () =>
    ofType(
      'text/plain',
      times(200_000, (at) => `http://a.example/${at} `),
    ),
  '5 MB of quotations': () => ofType('text/plain', `${'>'.repeat(60)} a\n`.repeat(80_000)),
  '5 MB that flow': () => ofType('text/plain; format=flowed', 'a \n'.repeat(1_700_000)),
  '5 MB in a line': () => ofType('text/plain', 'a'.repeat(5 * MB)),
  '5 MB of empty lines': () => ofType('text/plain', '\n'.repeat(2.5 * MB)),
  '5 MB of almost boundaries': () => letter([FROM, mixed], `--b\n\n${'--b-\n'.repeat(MB)}`),
  'an invitation of 5 MB': () =>
    ofType('text/calendar', 'BEGIN:VEVENT\nSUMMARY:a\n '.repeat(230_000)),
};

async function cost(raw: Buffer): Promise<{ readonly mail: Mail; readonly ms: number }> {
  const before = process.cpuUsage();
  const mail = await readMail(raw);
  const { user, system } = process.cpuUsage(before);
  return { mail, ms: (user + system) / 1_000 };
}

/** A short text and a file, as large as the bomb. */
function ordinary(size: number): Buffer {
  const lines = `${'QUFB'.repeat(19)}\n`.repeat(Math.ceil(size / 78));
  const file = `--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n${lines}`;
  return letter([FROM, mixed], `--b\n\nHi\n${file}--b--\n`);
}

describe('a mail that is a bomb', () => {
  test.each(Object.entries(BOMBS))('%s', async (name, build) => {
    const raw = build();
    await readMail(ordinary(1_000));
    const { mail, ms } = await cost(raw);
    const usual = await cost(ordinary(raw.length));
    const ratio = (ms / usual.ms).toFixed(1);
    process.stdout.write(
      `${name}: ${Math.round(raw.length / 1024)} KB, ${Math.round(ms)} ms of CPU, ${ratio} times an ordinary one; ${mail.damaged ?? 'read'}\n`,
    );
    expect(mail.body.text.length).toBeLessThan(66_000);
    expect(mail.body.fresh.length).toBeLessThan(66_000);
    expect(mail.attachments.length).toBeLessThanOrEqual(50);
    expect(mail.references.length).toBeLessThanOrEqual(50);
    expect(mail.to.length).toBeLessThanOrEqual(100);
    expect(mail.subject.length).toBeLessThanOrEqual(300);
    const kept = mail.parts.reduce((sum, { content }) => sum + content.length, 0);
    expect(kept).toBeLessThanOrEqual(2 * MB);
    const header = [...mail.headers].reduce((sum, [, values]) => sum + values.join('').length, 0);
    expect(header).toBeLessThanOrEqual(256 * 1024);
  });
});
