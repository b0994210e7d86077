import { generateKeyPairSync } from 'node:crypto';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import { compose, type Outgoing } from '../../compose.ts';
import { type MailAddress, parseAddress } from '../../mail-address.ts';
import { dkimSigner } from '../../relay/dkim.ts';

function address(text: string): MailAddress {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

const outgoing = (more: Partial<Outgoing> = {}): Outgoing => ({
  from: { name: 'Juliet', address: address('juliet@mail.example.org') },
  to: address('bob@example.com'),
  subject: 'Good night',
  messageId: '01JDFN2Y7E8T9W0QX3Z5V6B4KC@mail.example.org',
  date: Date.UTC(2026, 10, 22, 12, 0, 0),
  references: [],
  text: 'Parting is such sweet sorrow.',
  ...more,
});

const headerOf = (mail: Buffer): string => String(mail).split('\r\n\r\n', 1)[0] ?? '';
/** The names of its fields, in order. */
const fieldsOf = (mail: Buffer): string[] =>
  headerOf(mail)
    .split(/\r\n(?![ \t])/)
    .map((field) => field.slice(0, field.indexOf(':')));

test('a message is one part of plain text', async () => {
  const mail = await compose(
    outgoing({ inReplyTo: 'b@example.com', references: ['a@example.com', 'b@example.com'] }),
  );
  expect(String(mail)).toBe(
    [
      'From: Juliet <juliet@mail.example.org>',
      'To: bob@example.com',
      'In-Reply-To: <b@example.com>',
      'References: <a@example.com> <b@example.com>',
      'Subject: Good night',
      'Message-ID: <01JDFN2Y7E8T9W0QX3Z5V6B4KC@mail.example.org>',
      'Date: Sun, 22 Nov 2026 12:00:00 +0000',
      'Content-Transfer-Encoding: 7bit',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8; format=flowed; delsp=no',
      '',
      'Parting is such sweet sorrow.',
      '',
    ].join('\r\n'),
  );
});

test('no line of a header is longer than a server takes, though a word of it is', async () => {
  const from = { name: 'n'.repeat(1_000), address: address('juliet@mail.example.org') };
  const mail = headerOf(await compose(outgoing({ from, subject: 's'.repeat(3_000) })));
  expect(mail.split('\r\n').filter((line) => line.length > 998)).toEqual([]);
  expect(mail.match(/s{100,}/g)?.join('')).toBe('s'.repeat(3_000));
});

test('the same message is the same bytes, whenever it is made', async () => {
  const text = 'Grüße, 語 and \u{1f319} '.repeat(50);
  const [first, second] = [await compose(outgoing({ text })), await compose(outgoing({ text }))];
  expect(second).toEqual(first);
});

test('nothing in it says that a machine wrote it', async () => {
  expect(headerOf(await compose(outgoing()))).not.toMatch(/auto-submitted|precedence|list-|x-/i);
});

test.each([
  'Grüße aus Köln',
  '日本語のテキスト。'.repeat(80),
  `https://example.com/${'x'.repeat(300)}`,
  'a line with a tab\tand a space at its end\nnext',
  '.\n..\nFrom me\n> you',
  '\u{1f319}'.repeat(40),
])('any text arrives: %j', async (text) => {
  const mail = await compose(outgoing({ text }));
  // The encodings of lines that other servers could not take.
  for (const line of String(mail).split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
  expect(String(mail)).toMatch(/^[\x20-\x7e\r\n\t]*$/);
  const read = await simpleParser(mail);
  const unstuffed = (read.text ?? '').replace(/^ /gm, '').replace(/ \n/g, ' ').trimEnd();
  expect(unstuffed).toBe(text.replace(/ +$/gm, ''));
});

describe('what a user writes adds no line to the header', () => {
  const BREAKS = [
    '\r\nBcc: evil@e.test',
    '\nBcc: evil@e.test',
    '\rBcc: evil@e.test',
    '\0\r\n\r\nx',
  ];
  const usual = ['From', 'To', 'Subject', 'Message-ID', 'Date', 'Content-Transfer-Encoding'];
  const fields = [...usual, 'MIME-Version', 'Content-Type'];

  test.each(BREAKS)('in a subject or a name: %j', async (evil) => {
    const from = { name: `Juliet${evil}`, address: address('juliet@mail.example.org') };
    const mail = await compose(outgoing({ subject: `hi${evil}`, from }));
    expect(fieldsOf(mail)).toEqual(fields);
    expect(await simpleParser(mail)).toMatchObject({
      from: { value: [{ address: from.address }] },
    });
  });

  test.each([...BREAKS, ' b@example.com', '> <evil@e.test', '用@e.test'])(
    'in the id of another mail: %j',
    async (evil) => {
      const mail = await compose(
        outgoing({ inReplyTo: `a@example.com${evil}`, references: [`a@example.com${evil}`] }),
      );
      expect(fieldsOf(mail)).toEqual(fields);
    },
  );

  test('a name with an address in it is a name', async () => {
    const from = {
      name: '"boss@bank.test" <boss@bank.test>, x',
      address: address('juliet@mail.example.org'),
    };
    const { from: read } = await simpleParser(await compose(outgoing({ from })));
    expect(read?.value).toEqual([{ name: from.name, address: from.address }]);
  });
});

test('there is no subject where there is none', async () => {
  expect(fieldsOf(await compose(outgoing({ subject: '' })))).not.toContain('Subject');
});

test.each(['用户@例え.jp', "o.k+#$&'*/=?^_`{|}~-@example.com", 'bob@bücher.example'])(
  'the recipient %s stands as he is',
  async (text) => {
    const to = address(text);
    const { to: read } = await simpleParser(await compose(outgoing({ to })));
    const [recipient] = Array.isArray(read) ? [] : (read?.value ?? []);
    expect(address(recipient?.address ?? '')).toBe(to);
  },
);

describe('a signature', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const sign = dkimSigner({ selector: 'p1', key, domain: 'mail.example.org' });
  const record = publicKey.export({ type: 'spki', format: 'der' });

  const verify = async (mail: Buffer) => {
    const { results } = await dkimVerify(mail, {
      resolver: async (name: string) =>
        name === 'p1._domainkey.mail.example.org'
          ? [[`v=DKIM1; k=rsa; p=${record.toString('base64')}`]]
          : [],
    });
    return results.map(({ status, signingDomain }) => ({ result: status.result, signingDomain }));
  };

  test('is proved by the key in DNS, and broken by a change', async () => {
    for (const text of ['Good night', 'Grüße \n\n> quoted '.repeat(20)]) {
      const signed = await sign(await compose(outgoing({ text, inReplyTo: 'a@example.com' })));
      expect(await verify(signed)).toEqual([{ result: 'pass', signingDomain: 'mail.example.org' }]);
      const subject = Buffer.from(String(signed).replace('Subject: Good', 'Subject: Bad'));
      const body = Buffer.concat([signed, Buffer.from('and more\r\n')]);
      for (const changed of [subject, body]) {
        expect((await verify(changed))[0]?.result).not.toBe('pass');
      }
    }
  });

  test('is the same for the same message', async () => {
    const mail = await compose(outgoing());
    expect(await sign(mail)).toEqual(await sign(mail));
  });
});
