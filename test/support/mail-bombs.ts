/** Mails made to cost whoever reads them more than who sends them, as they are written on the wire. */

const MB = 1024 * 1024;
const FROM = 'From: bomber@bomb.example';
const MIXED = 'Content-Type: multipart/mixed; boundary=b';

const times = (count: number, piece: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => piece(at)).join('');

const mail = (head: readonly string[], body: string) =>
  `${[FROM, ...head].join('\n')}\n\n${body}\n`.replaceAll('\n', '\r\n');

/** Its name to what builds it. */
export const MAIL_BOMBS: Readonly<Record<string, () => string>> = {
  '2,000 multiparts in each other': () =>
    mail(
      ['Content-Type: multipart/mixed; boundary=b0'],
      times(2_000, (at) => `--b${at}\nContent-Type: multipart/mixed; boundary=b${at + 1}\n\n`),
    ),
  '50,000 parts': () =>
    mail(
      [MIXED],
      times(50_000, () => '--b\n\nx\n'),
    ),
  '50,000 files': () =>
    mail(
      [MIXED],
      times(50_000, (at) => `--b\nContent-Disposition: attachment; filename=${at}\n\nx\n`),
    ),
  '2,000 mails in each other': () =>
    mail(
      [],
      times(2_000, () => 'Content-Type: message/rfc822\nContent-Disposition: inline\n\n'),
    ),
  '100,000 fields': () => mail([times(100_000, (at) => `X-${at}: a\n`).trimEnd()], 'Hi'),
  '10,000 short fields': () => mail([times(10_000, (at) => `X-${at}: a\n`).trimEnd()], 'Hi'),
  'a field of 5 MB': () => mail([`X-A: ${'a'.repeat(5 * MB)}`], 'Hi'),
  '20,000 groups in each other': () => mail([`To: ${'g:'.repeat(20_000)}`], 'Hi'),
  '100,000 recipients': () => mail([`To: ${times(100_000, (at) => `a${at}@b.example,`)}`], 'Hi'),
  '10,000 recipients': () => mail([`To: ${times(10_000, (at) => `a${at}@b.example,`)}`], 'Hi'),
  '10,000 references': () =>
    mail([`References: ${times(10_000, (at) => `<${at}@b.example>`)}`], 'Hi'),
  'comments in each other': () => mail([`To: ${'('.repeat(200_000)}`], 'Hi'),
  'half encoded words': () => mail([`Subject: ${'=?utf-8?Q?'.repeat(20_000)}`], 'Hi'),
  '5 MB of entities': () => mail(['Content-Type: text/html'], '&amp;'.repeat(MB)),
  '5 MB of HTML': () =>
    mail(
      ['Content-Type: text/html'],
      times(250_000, (at) => `<p>word ${at}</p>\n`),
    ),
  '200,000 elements in each other': () =>
    mail(['Content-Type: text/html'], `${'<div>'.repeat(200_000)}deep`),
  '5 MB of links': () =>
    mail(
      ['Content-Type: text/plain'],
      times(200_000, (at) => `http://a.example/${at} `),
    ),
  '5 MB of quotations': () =>
    mail(['Content-Type: text/plain'], `${'>'.repeat(60)} a\n`.repeat(80_000)),
  '5 MB in a line': () => mail(['Content-Type: text/plain'], 'a'.repeat(5 * MB)),
  '5 MB of almost boundaries': () => mail([MIXED], `--b\n\n${'--b-\n'.repeat(MB)}`),
};
