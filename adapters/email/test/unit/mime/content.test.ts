import { describe, expect, test } from 'vitest';
import { file, html, multipart, plain, readPart } from './letter.ts';

const text = async (part: string) => (await readPart(part)).body.text.trim();
const names = async (part: string) => (await readPart(part)).attachments.map(({ name }) => name);

const PAGE = `<p>${'A page with all that was to say. '.repeat(20)}</p>`;
const PICTURE = file('image/png', 'p.png', 'x'.repeat(200)).replace('attachment', 'inline');

describe('the text of a mail', () => {
  test.each([
    ['that is plain', plain('Hi'), 'Hi'],
    ['without a type', '\nHi', 'Hi'],
    ['that is HTML', html('<p>Hi</p>'), 'Hi'],
    ['with both: the plain one', multipart('alternative', plain('Hi'), html('<b>Hi</b>')), 'Hi'],
    ['with both, HTML first', multipart('alternative', html('<b>Hi</b>'), plain('Hi!')), 'Hi!'],
    ['whose plain one is empty', multipart('alternative', plain(' '), html('<b>Hi</b>')), 'Hi'],
    ['with an empty HTML', multipart('alternative', plain('Hi'), html('')), 'Hi'],
    [
      'whose plain one is a page',
      multipart('alternative', plain('<html>x'), html('<b>Hi</b>')),
      'Hi',
    ],
    ['with pictures', multipart('related', html('<p>Hi</p>'), PICTURE), 'Hi'],
    ['in two parts', multipart('mixed', plain('Hi'), plain('you')), 'Hi\nyou'],
    [
      'with a footer behind HTML',
      multipart('mixed', html('<p>Hi</p>'), plain('list')),
      'Hi\n\nlist',
    ],
    ['around a picture', multipart('mixed', plain('Hi'), PICTURE, plain('you')), 'Hi\nyou'],
    [
      'that is signed',
      multipart('signed', plain('Hi'), file('application/pgp-signature', 's.asc')),
      'Hi',
    ],
    [
      'of a report',
      multipart('report', plain('Failed'), 'Content-Type: message/delivery-status\n\nx: y'),
      'Failed',
    ],
    ['that is only a file', file('text/csv', 'a.csv'), ''],
    ['that calls itself a file', file('text/plain', 'a.txt'), 'content'],
    [
      'beside a text that is a file',
      multipart('mixed', plain(''), file('text/plain', 'a.txt')),
      '',
    ],
    ['that is enriched', 'Content-Type: text/enriched\n\n<bold>Hi</bold> <<you', 'Hi <you'],
    ['that flows', 'Content-Type: text/plain; format=flowed; delsp=yes\n\nH \ni', 'Hi'],
    [
      'that names a charset',
      'Content-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: base64\n\n8NLJ',
      'При',
    ],
    [
      'that is a page which names its charset',
      'Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<meta charset=3D"koi8-r">=F0=D2=C9',
      'При',
    ],
    ['with what a chat can not hold', plain('a\0b\u0007c\u001bd\ufeffe\r\rf'), 'abcde\n\nf'],
    ['without a boundary', 'Content-Type: multipart/mixed\n\nHi', 'Hi'],
    [
      'with another boundary',
      'Content-Type: multipart/mixed; boundary=a\n\n--b\n\nHi',
      '--b\n\nHi',
    ],
  ])('%s', async (_, part, expected) => {
    expect(await text(part)).toBe(expected);
  });

  describe('in a part without a boundary', () => {
    const lost = 'Content-Type: multipart/alternative; boundary=nowhere\n\nHi';
    const damaged = 'its parts can not be told apart';

    test('is shown, with all that stands around it', async () => {
      const mail = await readPart(multipart('mixed', lost, file('application/pdf', 'a.pdf')));
      expect(mail).toMatchObject({ damaged, body: { text: expect.stringMatching(/^Hi$/m) } });
    });

    test('is told of, where there is another text', async () => {
      const mail = await readPart(multipart('mixed', plain('Hello'), lost));
      expect(mail).toMatchObject({ damaged, body: { text: 'Hello' } });
    });
  });

  test('is read once, in however many alternatives it stands', async () => {
    const nested = (depth: number, of: string) => {
      let part = html(of);
      for (let level = 0; level < depth; level += 1) {
        const boundary = `Content-Type: multipart/alternative; boundary=b${level}\n\n`;
        part = `${boundary}--b${level}\n${plain('')}\n--b${level}\n${part}\n--b${level}--`;
      }
      return part;
    };
    const page = '<p>w <b>x</b> <a href="http://x.example/">y</a></p>'.repeat(4_000);
    const cpu = async (depth: number) => {
      const before = process.cpuUsage();
      expect(await text(nested(depth, page))).toMatch(/^w x y/);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    await cpu(1);
    expect(await cpu(40)).toBeLessThan(5 * (await cpu(1)));
  });

  test.each([
    'Your client can not show HTML.',
    'Ihr Programm zeigt kein HTML.',
    'https://a.example/view',
  ])('is the page where the plain one is "%s"', async (stub) => {
    expect(await text(multipart('alternative', plain(stub), html(PAGE)))).toMatch(/^A page/);
  });

  test('is the plain one where it is a little shorter', async () => {
    const rich = html('<p>Yes, of course, I will come tomorrow.</p>');
    expect(await text(multipart('alternative', plain('Yes, I will come.'), rich))).toMatch(
      /^Yes, I/,
    );
  });

  test('is found below a multipart in an alternative', async () => {
    const rich = multipart(
      'mixed',
      html(PAGE),
      file('application/pdf', 'a.pdf'),
      html('<p>end</p>'),
    );
    const both = multipart('alternative', plain('no html'), rich);
    expect(await text(both)).toMatch(/^A page.*end$/s);
    expect(await names(both)).toEqual(['a.pdf']);
  });

  test('says that the rest is cut', async () => {
    const { body } = await readPart(plain('é'.repeat(70_000)));
    expect(body.text).toBe(`${'é'.repeat(65_536)}\n[… the rest is cut]`);
  });

  test('has a line for an invitation', async () => {
    const event = `BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VTIMEZONE\nDTSTART:19700101T000000\nEND:VTIMEZONE
BEGIN:VEVENT\nSUMMARY;LANGUAGE=en:Lunch\\, with\n  us\nDTSTART;TZID=Europe/Berlin:20260505T120000\nLOCATION:Here`;
    const invitation = `Content-Type: text/calendar; method=REQUEST\n\n${event}`;
    const mail = await readPart(multipart('alternative', plain('Come!'), invitation));
    const line = '[Invitation: Lunch, with us, 2026-05-05 12:00 (Europe/Berlin), Here]';
    expect(mail.body.text).toBe(`Come!\n\n${line}`);
    expect(mail.attachments).toMatchObject([{ name: 'invitation.ics', type: 'text/calendar' }]);
  });

  test.each([
    ['DTSTART:20260505T120000Z', '2026-05-05 12:00 UTC'],
    ['DTSTART;VALUE=DATE:20260505', '2026-05-05'],
  ])('of an event that begins %s', async (start, expected) => {
    const event = `Content-Type: text/calendar\n\nBEGIN:VEVENT\n${start}\n`;
    expect(await text(event)).toBe(`[Event: ${expected}]`);
  });
});

describe('the files of a mail', () => {
  test('are named, measured and typed', async () => {
    const part = file('Application/PDF', '../a.pdf', 'Y29udGVudA==').replace(
      '\n\n',
      '\nContent-Transfer-Encoding: base64\n\n',
    );
    const { attachments } = await readPart(multipart('mixed', plain('Hi'), part));
    expect(attachments).toEqual([{ name: 'a.pdf', size: 7, type: 'application/pdf' }]);
  });

  test.each([
    ['RFC 2231', "filename*=utf-8''Gr%C3%BC%C3%9Fe.txt", 'Grüße.txt'],
    [
      'RFC 2231 in pieces',
      "filename*0*=utf-8''Gr%C3%BC; filename*1*=%C3%9Fe; filename*2=.txt",
      'Grüße.txt',
    ],
    ['RFC 2231 that climbs', "filename*=utf-8''%2e%2e%2fx.txt", 'x.txt'],
    ['encoded words', 'filename="=?utf-8?Q?Gr=C3=BC=C3=9Fe.txt?="', 'Grüße.txt'],
    ['nothing', 'x=y', 'text.txt'],
  ])('have a name by %s', async (_, parameter, name) => {
    const part = `Content-Type: text/plain\nContent-Disposition: attachment; ${parameter}\n\nx`;
    expect(await names(multipart('mixed', plain('Hi'), part))).toEqual([name]);
  });

  test('have the type of their name where the mail gives none', async () => {
    const part = 'Content-Disposition: attachment; filename=a.png\n\nx';
    const { attachments } = await readPart(multipart('mixed', plain('Hi'), part));
    expect(attachments).toEqual([{ name: 'a.png', size: 1, type: 'image/png' }]);
  });

  test('are pictures that the text shows, but no pixel that tells on its reader', async () => {
    const pixel = 'Content-Type: image/gif\nContent-ID: <a>\n\nGIF89a';
    expect(await names(multipart('related', html('Hi'), PICTURE, pixel))).toEqual(['p.png']);
  });

  test('are named texts behind the first', async () => {
    const note = 'Content-Type: text/plain; name=n.txt\n\nnote';
    const part = multipart('mixed', plain('Hi'), note);
    expect(await names(part)).toEqual(['n.txt']);
    expect(await text(part)).toBe('Hi');
  });

  test('are mails in a mail, and in a digest', async () => {
    const inner = 'Content-Type: message/rfc822\n\nFrom: a@b.example\n\nHi';
    expect(await names(multipart('mixed', plain('Hi'), inner))).toEqual(['message.eml']);
    expect(await names(multipart('digest', '\nFrom: a@b.example\n\nHi'))).toEqual(['message.eml']);
    const letters = ['One', '=?utf-8?q?Two/=0A=E2=80=AEtwo?='].map(
      (of) => `\nSubject: ${of}\n\nHi`,
    );
    expect(await names(multipart('digest', ...letters))).toEqual(['One.eml', 'Two- two.eml']);
  });

  test('are the first fifty, and the number of the others', async () => {
    const parts = Array.from({ length: 60 }, (_, at) => file('a/b', `${at}.bin`));
    const mail = await readPart(multipart('mixed', ...parts));
    expect(mail.attachments.length).toBe(50);
    expect(mail.furtherAttachments).toBe(10);
  });
});

test('the parts of a report are handed over for whoever understands them', async () => {
  const status = 'Content-Type: message/delivery-status\n\nReporting-MTA: dns; a.example\n';
  const original = 'Content-Type: message/rfc822\n\nMessage-ID: <x@y.example>\n';
  const failed =
    'Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n=E9';
  const { parts, attachments } = await readPart(multipart('report', failed, status, original));
  expect(parts.map(({ type, content }) => [type, content.toString().trim()])).toEqual([
    ['text/plain', 'é'],
    ['message/delivery-status', 'Reporting-MTA: dns; a.example'],
    ['message/rfc822', 'Message-ID: <x@y.example>'],
  ]);
  expect(attachments.map(({ name }) => name)).toEqual(['message.eml']);
});
