import fc from 'fast-check';
import { NotKeptError } from 'postern/adapter';
import { expect, test } from 'vitest';
import { BEFORE_DATA, Client, listening, MAIL } from '../../listening.ts';

const SEED = 5321;
const SESSIONS = 3_000;
const AT_ONCE = 250;
const STORED = '250 OK: stored';

const strangeText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '\r\n.\r\n',
    '\n.\n',
    '\r.\r',
    '\r\n.',
    '.\r\n',
    '..',
    '\0',
    ':',
    '<',
    '>',
    ' ',
    '\t',
  ),
);
/** With `%s`, who it is from: so each session's mails are known. */
const sender = fc.oneof(
  fc.constantFrom('%s@far.example', '@a:%s@far.example', '%s@', '"%s"', '<%s@far.example'),
  strangeText.map((text) => `x${text}`),
);
const recipient = fc.oneof(
  fc.constantFrom('juliet@mail.example', 'romeo@mail.example', 'nobody@mail.example', ''),
  fc.constantFrom('a@b', '@a:juliet@mail.example', '"juliet"@mail.example', 'a%b@mail.example'),
  strangeText,
);
const parameters = fc.constantFrom(
  '',
  ' SIZE=10',
  ' SIZE=99999999999',
  ' BODY=8BITMIME',
  ' SMTPUTF8',
  ' X=',
);
const line = fc.oneof(
  fc.tuple(sender, parameters).map(([from, more]) => `MAIL FROM:<${from}>${more}`),
  fc.tuple(recipient, parameters).map(([to, more]) => `RCPT TO:<${to}>${more}`),
  fc.constantFrom(
    'EHLO x',
    'HELO x',
    'LHLO x',
    'EHLO',
    'RSET',
    'NOOP',
    'DATA',
    'DATA x',
    'VRFY',
    'HELP',
  ),
  fc.constantFrom('STARTTLS', 'AUTH PLAIN', 'BDAT 5 LAST', 'GET / HTTP/1.1', 'QUIT', ''),
  strangeText,
);
const wholeMail = fc
  .tuple(fc.constantFrom('', 'Subject: x\r\n', '..\r\n', '\r\n'), strangeText)
  .map(([before, text]) => `${BEFORE_DATA.replace('bob', '%s')}${before}${MAIL}${text}\r\n.\r\n`);
const piece = fc.oneof(
  { weight: 3, arbitrary: wholeMail },
  { weight: 4, arbitrary: line.map((text) => `${text}\r\n`) },
  { weight: 1, arbitrary: fc.constant(BEFORE_DATA.replace('bob', '%s')) },
  { weight: 1, arbitrary: strangeText },
);
const session = fc.record({
  greeting: fc.constantFrom<string[]>(
    'EHLO far.example\r\n',
    'EHLO far.example\r\n',
    'HELO x\r\n',
    '',
  ),
  pieces: fc.array(piece, { maxLength: 12 }),
  cuts: fc.array(fc.nat(), { maxLength: 8 }),
  end: fc.constantFrom('quit', 'close', 'destroy'),
});

type Session = typeof session extends fc.Arbitrary<infer Value> ? Value : never;

/** Everything that is answered to a session until its connection is closed. */
async function hold(port: number, { greeting, pieces, cuts, end }: Session, from: string) {
  const one = await Client.connect(port);
  await one.reply();
  const said = `${greeting}${pieces.join('')}`.replaceAll('%s', from);
  let at = 0;
  for (const cut of cuts.map((place) => place % (said.length + 1)).sort((a, b) => a - b)) {
    await one.segment(said.slice(at, cut)).catch(() => {});
    at = cut;
  }
  one.write(said.slice(at));
  if (end === 'destroy') one.destroy();
  else if (end === 'close') one.socket.end();
  else one.write('\r\n.\r\nQUIT\r\n');
  return await one.rest();
}

/** How often a mail is acknowledged: by LMTP the first of several answers to one. */
function acknowledged(replies: readonly string[]): number {
  const isFirst = (at: number): boolean => replies[at - 1]?.startsWith('354 ') ?? false;
  return replies.filter((reply, at) => reply === STORED && isFirst(at)).length;
}

test.each([
  ['smtp', 'EHLO'],
  ['lmtp', 'LHLO'],
])(
  'whatever is said by %s, no mail is acknowledged that is not kept, and everybody is answered',
  async (protocol, hello) => {
    const { house, port, client } = await listening({ protocol });
    let asked = 0;
    house.store = async () => {
      asked += 1;
      if (asked % 5 === 0) throw new NotKeptError('down');
      if (asked % 7 === 0) throw new Error('disk');
    };
    const keptOf = (from: string): number =>
      house.kept.filter(({ envelope }) => envelope.mailFrom === `${from}@far.example`).length;
    const check = async (strange: Session, from: string): Promise<number> => {
      const greeting = strange.greeting.replace('EHLO', hello);
      const replies = await hold(port, { ...strange, greeting }, from);
      for (const reply of replies) expect(reply).toMatch(/^(\d{3}-[ -~]+\n)*\d{3} [ -~]+$/);
      const yes = acknowledged(replies);
      expect(yes).toBeLessThanOrEqual(keptOf(from));
      if (strange.end === 'quit') {
        expect(replies.at(-1)).toMatch(/^(221|421) /);
        expect(yes).toBe(keptOf(from));
      }
      return yes;
    };
    const sessions = fc.sample(session, { seed: SEED, numRuns: SESSIONS });
    let stored = 0;
    for (let first = 0; first < SESSIONS; first += AT_ONCE) {
      const batch = sessions.slice(first, first + AT_ONCE);
      const counts = await Promise.all(batch.map((each, at) => check(each, `s${first + at}`)));
      stored += counts.reduce((sum, count) => sum + count, 0);
    }
    // So there was something to get wrong. The next one is served as ever.
    expect(stored).toBeGreaterThan(SESSIONS / 10);
    house.store = async () => {};
    const last = await client();
    await last.hello(hello);
    expect(await last.send()).toBe(STORED);
  },
  60_000,
);
