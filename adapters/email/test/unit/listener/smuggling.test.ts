import { describe, expect, test } from 'vitest';
import { BEFORE_DATA, listening, MAIL } from '../../listening.ts';

const REFUSED = '550 5.6.0 a CR or LF stands alone: lines end with both';

// T26: what some server takes for the end of a mail, and another one does not.
const ENDS = ['\n.\n', '\n.\r\n', '\r.\r', '\r.\r\n', '\r\n.\n', '\r\n.\r', '\r\n.\r\r\n'];

describe.each(['smtp', 'lmtp'])('by %s', (protocol) => {
  test.each(ENDS)('%j is no end of a mail, and the mail that has it is refused', async (end) => {
    const { house, client } = await listening({ protocol });
    const one = await client();
    await one.hello(protocol === 'smtp' ? 'EHLO' : 'LHLO');
    one.write(BEFORE_DATA);
    for (const code of [250, 250, 354]) expect(await one.reply()).toMatch(new RegExp(`^${code} `));
    one.write(
      `${MAIL.trimEnd()}${end}${BEFORE_DATA}From: evil@far.example\r\n\r\nsmuggled\r\n.\r\n`,
    );
    one.write('QUIT\r\n');
    expect(await one.rest()).toEqual([REFUSED, '221 Bye']);
    expect(house.kept).toEqual([]);
  });

  test('a NUL before the dot is text of a mail, and no end of it', async () => {
    const { house, client } = await listening({ protocol });
    const one = await client();
    await one.hello(protocol === 'smtp' ? 'EHLO' : 'LHLO');
    const mail = `${MAIL}\0.\r\nMAIL FROM:<evil@far.example>\r\n`;
    expect(await one.send(mail)).toMatch(/^250 /);
    expect(house.kept.map(({ raw }) => raw)).toEqual([mail]);
  });
});

test.each(['a\rb', 'a\nb', 'a\n\rb', 'a\r\r\nb', '\r', '\n'])(
  'a mail with %j is refused wherever a segment ends, and the next one is taken',
  async (part) => {
    const { house, client } = await listening();
    const one = await client();
    await one.hello();
    const mail = `${MAIL}${part}\r\n`;
    for (let cut = MAIL.length - 1; cut <= mail.length; cut += 1) {
      for (const line of ['MAIL FROM:<>', 'RCPT TO:<juliet@mail.example>', 'DATA']) {
        await one.say(line);
      }
      await one.segment(mail.slice(0, cut));
      await one.segment(mail.slice(cut));
      one.write('.\r\n');
      expect(await one.reply()).toBe(REFUSED);
    }
    expect(await one.send()).toMatch(/^250 /);
    expect(house.kept.map(({ raw }) => raw)).toEqual([MAIL]);
  },
);

// T27: a line that begins with a dot, cut at every byte into segments of their own.
test.each(['..\r\n', '..\r\n..\r\n', '...\r\n', '..MAIL FROM:<a@b.example>\r\n'])(
  'the dots of %j are undone wherever a segment ends',
  async (dotted) => {
    const { house, client } = await listening();
    const one = await client();
    await one.hello();
    const wire = `${MAIL}${dotted}.\r\n`;
    const expected = `${MAIL}${dotted.replace(/^\./gm, '')}`;
    for (let cut = MAIL.length - 2; cut < wire.length; cut += 1) {
      for (const line of ['MAIL FROM:<>', 'RCPT TO:<juliet@mail.example>', 'DATA']) {
        await one.say(line);
      }
      await one.segment(wire.slice(0, cut));
      await one.segment(wire.slice(cut));
      expect(await one.reply()).toMatch(/^250 /);
      expect(house.kept.at(-1)?.raw).toBe(expected);
    }
  },
);

test('a dot of a mail that begins with it does not end it in a segment of its own', async () => {
  const { house, client } = await listening();
  const one = await client();
  await one.hello();
  for (const line of ['MAIL FROM:<>', 'RCPT TO:<juliet@mail.example>', 'DATA']) await one.say(line);
  await one.segment('.');
  await one.segment('.\r\n');
  await one.segment(`RCPT TO:<romeo@mail.example>\r\n${MAIL}`);
  await one.segment('.\r\n');
  // All of it was the mail, whose first line is a dot and no header.
  expect(await one.reply()).toMatch(/^250 /);
  expect(house.kept.map(({ raw }) => raw.slice(0, 8))).toEqual(['.\r\nRCPT ']);
});

test('commands behind the end of a mail wait until it is answered', async () => {
  const { house, client } = await listening();
  const one = await client();
  await one.hello();
  const order: string[] = [];
  house.store = async ({ raw }) => {
    order.push(Buffer.from(raw).subarray(0, 9).toString());
  };
  const second = MAIL.replace('bob', 'eve');
  one.write(`${BEFORE_DATA}${MAIL}.\r\n${BEFORE_DATA}${second}.\r\nQUIT\r\n`);
  const replies = (await one.rest()).map((reply) => reply.slice(0, 3));
  expect(replies).toEqual(['250', '250', '354', '250', '250', '250', '354', '250', '221']);
  expect(order).toEqual(['From: bob', 'From: eve']);
});
