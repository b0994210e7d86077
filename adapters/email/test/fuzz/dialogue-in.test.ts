import { NotKeptError } from 'postern/adapter';
import { expect, test } from 'vitest';
import { type Client, DOMAIN, type Listening, listening } from '../listening.ts';
import { type Below, chance, RUNS, SEED } from './damage.ts';

/** Each is a command that is none, or a whole mail. */
const INPUTS = Math.ceil(RUNS / 8);
const A_CONNECTION = 50;
const AT_ONCE = 8;
/** Beyond ten the library hangs up. */
const MOST_GARBAGE = 8;

const REPLY = /^(?:\d{3}-[ -~]*\n)*[2-5]\d\d [ -~]*$/;
const HEADS = [
  'From: a@far.example\r\n\r\n',
  'From: a@far.example\r\nMessage-ID: <1@x>\r\nSubject: .\r\n\r\n',
  'from: a@far.example\r\n..: x\r\n\r\n',
  '\r\n',
  'From: a@b.example\r\nFrom: c@d.example\r\n\r\n',
];
const SMUGGLED =
  'MAIL FROM:<evil@evil.example>\r\nRCPT TO:<juliet@mail.example>\r\nDATA\r\nFrom: e@e.e\r\n';
const PIECES = [
  ...[
    'hi',
    '',
    '.',
    '..',
    '...',
    '.x',
    'x.',
    ' .',
    '\r\n',
    '\r\n',
    '\r\n..',
    '\r\n..\r\n',
    '\r\n. \r\n',
  ],
  ...[SMUGGLED, 'é', '\0', 'x'.repeat(1_200), 'QUIT\r\n', 'RSET\r\n', '\r\n\r\n', '\t', '\xff\xfe'],
];
/** Each has been an end of a mail to some server. */
const BARE = [
  '\n',
  '\r',
  '\n.\n',
  '\r.\r',
  '\n.\r\n',
  '\r\n.\n',
  '\r\n.\r',
  '\r\r\n.\r\r\n',
  '\0\n',
];
const RCPTS = [
  ...['juliet@mail.example', 'ROMEO@MAIL.EXAMPLE', 'juliet+tag@mail.example', 'postmaster'],
  ...[
    'nobody@mail.example',
    'x@far.example',
    'juliet@mail.example@far.example',
    'juliet%far@mail.example',
  ],
  ...[
    '@far.example:juliet@mail.example',
    '"juliet"@mail.example',
    '',
    'a b@mail.example',
    'é@mail.example',
  ],
];
const WORDS = [
  ...[
    'EHLO',
    'HELO',
    'LHLO',
    'MAIL',
    'MAIL FROM:',
    'MAIL FROM:<>',
    'RCPT TO:<x@far.example>',
    'DATA',
    'RSET',
  ],
  ...[
    'NOOP',
    'VRFY root',
    'EXPN',
    'HELP',
    'AUTH PLAIN AGEAYg==',
    'STARTTLS',
    'BDAT 5',
    'XCLIENT',
    'TURN',
  ],
  ...[
    ' SIZE=-1',
    ' SIZE=1e9',
    ' BODY=BINARYMIME',
    ' SMTPUTF8',
    '<',
    '>',
    ':',
    ' ',
    '\t',
    '\0',
    'é',
    '\x7f',
  ],
  ...['GET / HTTP/1.1', 'x'.repeat(900), '__proto__', '%s%n', '..', '.'],
];

/** In segments of any size. */
function write(client: Client, text: string, below: Below): void {
  const most = [1, 3, 40, 1_500, 70_000][below(5)] ?? 1;
  // A dialogue in single bytes is dear, and shows at its beginning what it shows.
  const fine = below(20) === 0 ? Math.min(text.length, 200) : 0;
  for (let at = 0; at < text.length; ) {
    const end = at + 1 + below(at < fine ? most : 4_000);
    client.write(text.slice(at, end));
    at = end;
  }
}

function contentOf(below: Below): string {
  const of = (list: readonly string[]): string => list[below(list.length)] ?? '';
  let content = below(4) === 0 ? of(HEADS) : (HEADS[below(2)] ?? '');
  for (let piece = below(8); piece > 0; piece--) content += of(below(12) === 0 ? BARE : PIECES);
  // The only end of it is behind it.
  for (;;) {
    const without = `\r\n${content}`.replaceAll('\r\n.\r\n', '\r\n').slice(2);
    if (without === content) break;
    content = without;
  }
  return /(^|\n)\.$/.test(content) ? `${content}.` : content.replace(/^\.\r\n/, '');
}

const isBare = (content: string): boolean => /\r(?!\n)|(?<!\r)\n/.test(content);

class Talk {
  readonly #place: Listening;
  readonly #client: Client;
  readonly #below: Below;
  readonly #name: string;
  #garbage = 0;
  #mails = 0;
  kept = 0;

  constructor(place: Listening, client: Client, below: Below, name: string) {
    this.#place = place;
    this.#client = client;
    this.#below = below;
    this.#name = name;
  }

  /** @returns whether the connection goes on */
  async input(): Promise<boolean> {
    const isGarbage = this.#garbage < MOST_GARBAGE && this.#below(6) === 0;
    return isGarbage ? await this.#say() : await this.#mail();
  }

  async #reply(): Promise<string> {
    const reply = await this.#client.reply();
    if (reply !== '') expect(reply).toMatch(REPLY);
    return reply;
  }

  /** One line that is no dialogue, and what begins anew after it. */
  async #say(): Promise<boolean> {
    this.#garbage++;
    const below = this.#below;
    const words = Array.from({ length: 1 + below(3) }, () => WORDS[below(WORDS.length)] ?? '');
    const line = words.join('');
    // There is no recipient yet, so that none of them begins a mail.
    write(this.#client, `RSET\r\n${line}\r\n`, below);
    expect(await this.#reply()).toMatch(/^250 /);
    const reply = await this.#reply();
    expect(reply).not.toMatch(/^354/);
    return reply !== '' && !reply.startsWith('421') && !reply.startsWith('221');
  }

  async #mail(): Promise<boolean> {
    const below = this.#below;
    const from = `${this.#name}.${this.#mails++}@far.example`;
    const recipients = Array.from({ length: 1 + below(4) }, () => RCPTS[below(RCPTS.length)] ?? '');
    const lines = ['EHLO far.example', `MAIL FROM:<${from}>`];
    lines.push(...recipients.map((rcpt) => `RCPT TO:<${rcpt}>`), 'DATA');
    write(this.#client, lines.map((line) => `${line}\r\n`).join(''), below);
    const replies: string[] = [];
    for (const _ of lines) replies.push(await this.#reply());
    expect(replies.slice(0, 2)).toEqual([
      expect.stringMatching(/^250/),
      expect.stringMatching(/^250/),
    ]);
    const taken = recipients.filter((_, at) => replies[at + 2]?.startsWith('250'));
    const ours = taken.every((rcpt) => /^(@far\.example:)?[^@]*(@mail\.example)?$/i.test(rcpt));
    if (!ours) throw new Error(`It relays to one of ${taken.join()}`);
    const isTaken = replies.at(-1)?.startsWith('354') === true;
    expect(isTaken).toBe(taken.length > 0);
    return !isTaken || (await this.#content(from));
  }

  async #content(from: string): Promise<boolean> {
    const content = contentOf(this.#below);
    const end = content === '' || content.endsWith('\r\n') ? '.\r\n' : '\r\n.\r\n';
    write(this.#client, `${content}${end}NOOP\r\n`, this.#below);
    const [reply, next] = [await this.#reply(), await this.#reply()];
    expect(next).toMatch(/^250 /);
    const { kept } = this.#place.house;
    const mine = kept.filter(({ envelope }) => envelope.mailFrom === from);
    expect(mine).toHaveLength(reply === '250 OK: stored' ? 1 : 0);
    if (isBare(content)) expect(reply).toMatch(/^550 /);
    const [mail] = mine;
    if (mail === undefined) return true;
    const whole = end === '.\r\n' ? content : `${content}\r\n`;
    // A dot that a sender should have doubled, and did not, is left to the line.
    const sent = whole.replace(/(^|\r\n)\.\./g, '$1.');
    if (mail.raw !== sent) throw new Error(JSON.stringify({ sent, kept: mail.raw }));
    for (const rcpt of mail.envelope.recipients) expect(rcpt.endsWith(`@${DOMAIN}`)).toBe(true);
    this.kept++;
    kept.splice(kept.indexOf(mail), 1);
    return true;
  }
}

test(`whatever is said by SMTP, a mail is what stands before its one end (seed ${SEED})`, {
  timeout: 60_000 + RUNS * 20,
}, async () => {
  const place = await listening();
  let asked = 0;
  place.house.store = async () => {
    asked += 1;
    if (asked % 50 === 0) throw new NotKeptError('down');
  };
  const before = process.cpuUsage();
  let [inputs, stored] = [0, 0];
  const hold = async (index: number): Promise<void> => {
    const client = await place.client();
    const talk = new Talk(place, client, chance(SEED ^ index), `s${index}`);
    try {
      expect(await client.reply()).toMatch(/^220 /);
      for (let input = 0; input < A_CONNECTION; input++) {
        inputs++;
        if (!(await talk.input())) break;
      }
    } catch (cause) {
      throw new Error(`Connection ${index} of seed ${SEED}: ${cause}`, { cause });
    }
    stored += talk.kept;
    client.destroy();
  };
  for (let index = 0; inputs < INPUTS; index += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => hold(index + at)));
  }
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(
    `SMTP in: ${inputs} inputs, ${((user + system) / 1e6).toFixed(1)} s of CPU\n`,
  );
  // Nobody is left over who was kept and not acknowledged, or came out of another's mail.
  expect(place.house.kept).toEqual([]);
  expect(stored).toBeGreaterThan(inputs / 10);
});
