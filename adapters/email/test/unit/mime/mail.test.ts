import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMail } from '../../../mime/mail.ts';
import { file, html, letter, multipart, plain, read } from './letter.ts';

const NOW = Date.UTC(2026, 4, 5, 12);

describe('a mail', () => {
  test('is read', async () => {
    const raw = letter(
      [
        'From: Ann <a@b.example>',
        'Sender: c@d.example',
        'Reply-To: e@f.example',
        'To: Bob <bob@gw.example>, g@h.example',
        'Cc: i@j.example',
        'Subject: =?utf-8?Q?Caf=C3=A9?=',
        ' tomorrow',
        'Date: Tue, 5 May 2026 13:59:00 +0200 (CEST)',
        'Message-ID: <1@b.example>',
        'In-Reply-To: <0@b.example>',
        'References: <x@b.example>',
        '\t<0@b.example>',
        'List-Id: "A list" <list.b.example>',
      ],
      'Hi\n',
    );
    expect(await readMail(raw, NOW)).toMatchObject({
      from: [{ name: 'Ann', address: 'a@b.example' }],
      fromHeaders: 1,
      sender: { name: '', address: 'c@d.example' },
      replyTo: [{ address: 'e@f.example' }],
      to: [{ name: 'Bob', address: 'bob@gw.example' }, { address: 'g@h.example' }],
      cc: [{ address: 'i@j.example' }],
      subject: 'Café tomorrow',
      messageId: '1@b.example',
      inReplyTo: ['0@b.example'],
      references: ['x@b.example', '0@b.example'],
      sentAt: NOW - 60_000,
      body: { text: 'Hi', fresh: 'Hi', trimmed: false },
      attachments: [],
      furtherAttachments: 0,
      parts: [{ type: 'text/plain', content: Buffer.from('Hi\r\n') }],
      automatic: 'list',
      listId: 'list.b.example',
      damaged: undefined,
    });
  });

  test.each([
    Buffer.alloc(0),
    Buffer.from('\r\n'),
    Buffer.from('no header at all'),
    Buffer.from('\0'),
  ])('of nothing is nothing: %j', async (raw) => {
    const mail = await readMail(raw);
    expect(mail).toMatchObject({ from: [], fromHeaders: 0, subject: '', attachments: [] });
    expect(mail.damaged).toBeUndefined();
  });

  test('may have bare line feeds, UTF-8 in its header, and a name of the language itself', async () => {
    const raw = Buffer.from('From: Jürgen <j@b.example>\nSubject: Grüße\n__proto__: x\n\nHi');
    const mail = await readMail(raw);
    expect(mail.subject).toBe('Grüße');
    expect(mail.from).toEqual([{ name: 'Jürgen', address: 'j@b.example' }]);
    expect(mail.headers.get('__proto__')).toEqual(['x']);
  });

  test('has a subject of one line, cut where it is long', async () => {
    const { subject } = await read([`Subject: a\r\n\tb =?utf-8?Q?c=0Ad${'e'.repeat(400)}?=`]);
    expect(subject).toMatch(/^a b c de+…$/);
    expect(subject.length).toBe(300);
  });

  test.each([
    ['Fwd: lunch', false],
    ['WG: lunch', false],
    ['Re: Fwd: lunch', true],
    ['lunch', true],
  ])('of the subject "%s" has history: %s', async (subject, trimmed) => {
    const original = '-----Original Message-----\nFrom: c@d.example\nSubject: lunch\n\nAt noon?';
    const { body } = await read([`Subject: ${subject}`], `See below.\n\n${original}\n`);
    expect(body.trimmed).toBe(trimmed);
    expect(body.fresh.includes('At noon?')).toBe(!trimmed);
  });

  test('has all its headers, decoded, in their order', async () => {
    const { headers } = await read(['Received: one', 'X-A: =?utf-8?Q?=C3=A9?=', 'RECEIVED: two']);
    expect([...headers]).toEqual([
      ['received', ['one', 'two']],
      ['x-a', ['é']],
    ]);
  });
});

describe('the ids of a mail', () => {
  test.each([
    ['<a@b.example>', 'a@b.example'],
    ['< a@b.example >', 'a@b.example'],
    ['a@b.example', 'a@b.example'],
    ['<no-at>', 'no-at'],
    ['<a b@c.example>', undefined],
    ['<é@b.example>', undefined],
    ['<a\0@b.example>', undefined],
    [`<${'a'.repeat(251)}>`, undefined],
    ['', undefined],
  ])('%j is %j', async (written, id) => {
    expect((await read([`Message-ID: ${written}`])).messageId).toBe(id);
  });

  test('that it refers to are the last fifty', async () => {
    const ids = Array.from({ length: 80 }, (_, at) => `${at}@b.example`);
    const { references } = await read([`References: ${ids.map((id) => `<${id}>`).join('\r\n ')}`]);
    expect(references).toEqual(ids.slice(-50));
  });

  test('that it answers stand in the words of old programs', async () => {
    const { inReplyTo } = await read(['In-Reply-To: Your message of "Tue" <a@b.example>']);
    expect(inReplyTo).toEqual(['a@b.example']);
  });
});

describe('the date of a mail', () => {
  test.each([
    ['Tue, 5 May 2026 12:00:00 +0000', NOW],
    ['5 May 2026 12:00 GMT', NOW],
    ['Tue, 5 May 2026 12:05:00 +0000', NOW + 300_000],
    ['Tue, 5 May 2026 13:00:00 +0000', undefined],
    ['Thu, 1 Jan 1970 00:00:00 +0000', undefined],
    ['Sat, 1 May 2027 00:00:00 +0000', undefined],
    ['yesterday', undefined],
    ['9'.repeat(200), undefined],
  ])('%s', async (date, expected) => {
    expect((await readMail(letter([`Date: ${date}`]), NOW)).sentAt).toBe(expected);
  });
});

describe('a mail that is too much', () => {
  test('of parts is read as far as 500', async () => {
    const parts = Array.from({ length: 600 }, () => file('a/b', 'a.bin', 'x'.repeat(2_000)));
    const mail = await readMail(Buffer.from(multipart('mixed', plain('Hi'), ...parts)));
    expect(mail.damaged).toBe('it has more than 500 parts');
    expect(mail.body.text).toBe('Hi');
    expect(mail.attachments.length + mail.furtherAttachments).toBeGreaterThan(450);
  });

  test('of depth is read as far as 50', async () => {
    let part = plain('deep');
    for (let depth = 0; depth < 100; depth += 1) part = multipart(`x${depth}`, plain('Hi'), part);
    const mail = await readMail(Buffer.from(part));
    expect(mail.damaged).toBe('its parts are nested more than 50 deep');
    expect(mail.body.text).toMatch(/^Hi/);
  });

  test.each([
    ['bytes', [`X-A: ${'a'.repeat(300_000)}`, 'From: a@b.example']],
    ['fields', [...Array.from({ length: 2_001 }, () => 'X-A: a'), 'From: a@b.example']],
  ])('of %s in its header is not read', async (_, header) => {
    const mail = await read(header, 'Hi');
    expect(mail.damaged).toBe('its header is too long');
    expect(mail.from).toEqual([]);
    expect(mail.body.text).toBe('');
  });

  test('of a header in a part is read as far as it', async () => {
    const part = `X-A: ${'a'.repeat(300_000)}\n\nx`;
    const mail = await readMail(Buffer.from(multipart('mixed', plain('Hi'), part)));
    expect(mail.damaged).toBe('the header of one of its parts is too long');
  });
});

describe('a mail that broke on its way', () => {
  const whole = letter([
    'From: Ann <a@b.example>',
    'Subject: =?utf-8?B?Q2Fmw6k=?=',
    'MIME-Version: 1.0',
  ]).subarray(0, -2);
  const body = multipart(
    'mixed',
    multipart('alternative', plain('Hi'), html('<p>Hi</p>')),
    file('image/png', 'a.png', 'AAAA').replace('\n\n', '\nContent-Transfer-Encoding: base64\n\n'),
    multipart('report', 'Content-Type: message/delivery-status\n\nAction: failed'),
  );
  const raw = Buffer.concat([whole, Buffer.from(body)]);

  test('is read as far as it goes, wherever it was cut', async () => {
    for (let end = 0; end <= raw.length; end += 1) {
      const mail = await readMail(raw.subarray(0, end));
      expect(mail.body.text.length).toBeLessThanOrEqual(end);
    }
  });

  test('is read whatever became of its bytes', async () => {
    const change = fc.record({
      at: fc.nat(raw.length - 1),
      bytes: fc.oneof(
        fc.uint8Array({ maxLength: 4 }),
        fc
          .constantFrom(...['\n', '\r', '\r\n\r\n', '--b-mixed', '--', ';', '"', '=?', '%'])
          .map((text) => Buffer.from(text)),
      ),
      drop: fc.nat(40),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
        let broken = raw;
        for (const { at, bytes, drop } of changes) {
          broken = Buffer.concat([broken.subarray(0, at), bytes, broken.subarray(at + drop)]);
        }
        const mail = await readMail(broken);
        expect(mail.attachments.length).toBeLessThanOrEqual(50);
      }),
      { numRuns: 300 },
    );
  });
});
