import { expect, test } from 'vitest';
import { compose } from '../../compose.ts';
import { type MailAddress, parseAddress } from '../../mail-address.ts';
import { type Below, chance, damage, RUNS, SEED } from './damage.ts';

const MAILS = Math.ceil(RUNS / 4);

const FIELDS = [
  ...['From', 'To', 'Subject', 'Message-ID', 'Date', 'In-Reply-To', 'References', 'MIME-Version'],
  ...['Content-Type', 'Content-Transfer-Encoding'],
];
const TEXTS = [
  'Good night\r\nBcc: evil@evil.example',
  'hi\n.\nMAIL FROM:<evil@evil.example>\r.\r\n..\r\n.',
  'Grüße, 語 \u{1f319}\n-- \nJuliet\n\n> quoted\nFrom the other side',
];

/** As the contract promises a text: valid Unicode, XML characters, LF line ends. */
function textOf(below: Below): string {
  const text = damage(below, Buffer.from(TEXTS[below(TEXTS.length)] ?? '')).toString();
  return text.replace(/\r\n?/g, '\n').replace(/(?![\n\t])[\p{Cc}\ufffe\uffff]/gu, '');
}

function anything(below: Below): string {
  return damage(below, Buffer.from(TEXTS[below(TEXTS.length)] ?? '')).toString();
}

function address(text: string): MailAddress {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

const US = address('juliet@mail.example.org');
const PEERS = [
  'bob@example.com',
  'o.brien+x@example.com',
  'grün@example.com',
  "a'b@xn--d.example",
].flatMap((text) => parseAddress(text) ?? []);

/** RFC 5322, as strict as a server can be. @returns the fields of the header */
function readStrictly(mail: Buffer): Map<string, string> {
  const text = mail.toString('latin1');
  if (/\r(?!\n)|(?<!\r)\n|\0/.test(text)) throw new Error('A line does not end with CRLF.');
  for (const line of text.split('\r\n'))
    if (line.length > 998) throw new Error('A line is too long.');
  const head = text.slice(0, text.indexOf('\r\n\r\n'));
  const fields = new Map<string, string>();
  for (const field of head.split(/\r\n(?![ \t])/)) {
    const [, name = '', value = ''] = /^([!-9;-~]+): ?(.*)$/s.exec(field) ?? [];
    if (!FIELDS.includes(name) || fields.has(name))
      throw new Error(`A field: ${JSON.stringify(field)}`);
    const unfolded = value.replace(/\r\n[ \t]/g, ' ');
    if (/[\r\n\0]/.test(unfolded)) throw new Error(`The lines of ${name}`);
    fields.set(name, unfolded);
  }
  return fields;
}

test(`whatever is written, it is one mail to one recipient (seed ${SEED})`, {
  timeout: 60_000 + RUNS * 20,
}, async () => {
  for (let index = 0; index < MAILS; index++) {
    const below = chance(SEED ^ index);
    const to = PEERS[below(PEERS.length)] ?? US;
    const mail = await compose({
      ...{ from: { name: anything(below), address: US }, to, date: 1_800_000_000_000 },
      ...{ subject: anything(below), messageId: '1@mail.example.org', text: textOf(below) },
      ...(below(2) === 0 ? { inReplyTo: anything(below) } : {}),
      references: [anything(below), 'a@b.example'],
    });
    try {
      const fields = readStrictly(mail);
      expect(Buffer.from(fields.get('To') ?? '', 'latin1').toString()).toBe(to);
      expect(fields.get('Message-ID')).toBe('<1@mail.example.org>');
      expect(fields.get('From')).toMatch(/^(.*<)?juliet@mail\.example\.org>?$/);
      for (const ids of [fields.get('References') ?? '', fields.get('In-Reply-To') ?? '']) {
        expect(ids).toMatch(/^ ?(<[!-;=?-~]+>( |$))*$/);
      }
    } catch (cause) {
      throw new Error(`Mail ${index} of seed ${SEED}: ${cause}: ${JSON.stringify(String(mail))}`, {
        cause,
      });
    }
  }
  expect(PEERS.length).toBeGreaterThan(1);
});
