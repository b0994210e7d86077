import { describe, expect, test } from 'vitest';
import { listening, MAIL } from '../../listening.ts';

describe('who has no business here', () => {
  // T31, T32: each of them was, or is, a way to make some server carry mail for strangers.
  test.each([
    ['victim@other.example', '550 5.7.1'],
    ['nobody@mail.example', '550 5.1.1'],
    ['b=1=x@mail.example', '550 5.7.1'],
    ['juliet%victim@mail.example', '553 5.1.3'],
    ['juliet%other.example@mail.example', '553 5.1.3'],
    ['other.example!juliet@mail.example', '553 5.1.3'],
    ['@mail.example:victim@other.example', '550 5.7.1'],
    ['@mail.example,@x.example:victim@other.example', '550 5.7.1'],
    ['"juliet"@mail.example', '553 5.1.3'],
    ['"victim@other.example"@mail.example', '501'],
    ['"victim@other.example x"@mail.example', '501'],
    ['victim@other.example@mail.example', '501'],
    ['juliet@[127.0.0.1]', '553 5.1.3'],
    ['juliet@mail.example/other.example', '501'],
    ['juliet@m%61il.example', '501'],
    ['juliet', '501'],
    ['', '501'],
    ['juliet@mail.example>\x00', '501'],
  ])('<%s> is refused with %s', async (path, code) => {
    const { house, client } = await listening();
    const one = await client();
    await one.hello();
    await one.say('MAIL FROM:<bob@far.example>');
    const reply = await one.say(`RCPT TO:<${path}>`);
    expect(reply.startsWith(`${code} `)).toBe(true);
    expect(await one.say('DATA')).toBe('503 Error: need RCPT command');
    expect(house.kept).toEqual([]);
  });

  test('unknown recipients are refused at once: nothing is kept of which a bounce could come', async () => {
    // T38
    const { house, client } = await listening();
    const one = await client();
    await one.hello();
    expect(await one.send(MAIL, 'forged@victim.example', ['nobody@mail.example'])).toMatch(
      /^550 5\.1\.1/,
    );
    expect(house.kept).toEqual([]);
  });

  test('the eleventh recipient that is not here ends the connection, and a mail begins the count anew', async () => {
    const { client } = await listening();
    const one = await client();
    await one.hello();
    const probe = async (count: number): Promise<string[]> => {
      const replies: string[] = [];
      await one.say('MAIL FROM:<>');
      for (let index = 0; index < count; index += 1) {
        replies.push((await one.say(`RCPT TO:<user${index}@mail.example>`)).slice(0, 9));
      }
      return replies;
    };
    expect(await probe(10)).toEqual(Array(10).fill('550 5.1.1'));
    await one.say('RSET');
    expect(await one.send()).toMatch(/^250 /);
    expect(await probe(11)).toEqual([...Array(10).fill('550 5.1.1'), '421 4.7.0']);
    expect(await one.rest()).toEqual([]);
  });
});

test('a source route is left out, as RFC 5321 appendix C wants it: the mail is for who is here', async () => {
  const { house, client } = await listening();
  const one = await client();
  await one.hello();
  await one.send(MAIL, 'bob@far.example', ['@relay.example:juliet@mail.example']);
  expect(house.kept.map(({ envelope }) => envelope.recipients)).toEqual([['juliet@mail.example']]);
});

test('<postmaster> needs no domain, and a domain may be written in its own letters', async () => {
  const { house, client } = await listening();
  house.accepts = (address) =>
    /@(mail|xn--bcher-kva)\.example$/.test(address) ? 'yes' : 'unknown';
  const one = await client();
  await one.hello();
  const umlaut = Buffer.from('JÜRGEN@BÜCHER.example').toString('latin1');
  await one.say('MAIL FROM:<> SMTPUTF8');
  for (const path of ['Postmaster', umlaut]) {
    expect(await one.say(`RCPT TO:<${path}>`)).toBe('250 Accepted');
  }
  await one.say('DATA');
  one.write(`${MAIL}.\r\n`);
  await one.reply();
  expect(house.kept[0]?.envelope).toMatchObject({
    mailFrom: '',
    recipients: ['postmaster@mail.example', 'jürgen@xn--bcher-kva.example'],
    smtputf8: true,
  });
});

test('a hundred recipients are taken, and no more', async () => {
  const { house, client } = await listening();
  const one = await client();
  await one.hello();
  await one.say('MAIL FROM:<bob@far.example>');
  const lines = Array.from({ length: 101 }, (_, index) => `RCPT TO:<juliet+${index}@mail.example>`);
  const replies: string[] = [];
  for (const line of lines) replies.push(await one.say(line));
  expect(replies.slice(0, 100)).toEqual(Array(100).fill('250 Accepted'));
  expect(replies[100]).toMatch(/^452 4\.5\.3/);
  await one.say('DATA');
  one.write(`${MAIL}.\r\n`);
  expect(await one.reply()).toMatch(/^250 /);
  expect(house.kept[0]?.envelope.recipients).toHaveLength(100);
});

describe('a sender', () => {
  test.each([
    ['', ''],
    ['Bob@FAR.example', 'Bob@far.example'],
    ['bob@localhost', 'bob@localhost'],
    ['bob@[192.0.2.1]', 'bob@[192.0.2.1]'],
    ['a!b%c@far.example', 'a!b%c@far.example'],
    [`${'x'.repeat(90)}@far.example`, `${'x'.repeat(90)}@far.example`],
  ])('<%s> is taken', async (path, mailFrom) => {
    const { house, client } = await listening();
    const one = await client();
    await one.hello();
    expect(await one.send(MAIL, path)).toMatch(/^250 /);
    expect(house.kept[0]?.envelope.mailFrom).toBe(mailFrom);
  });

  test.each([
    ['<bob@-far.example>', '553 5.1.7'],
    ['<bob\xff@far.example>', '553 5.1.7'],
    ['<bob@xn--a.example>', '553 5.1.7'],
    ['<bob>', '501'],
    ['bob@far.example', '501'],
    ['<bob@far.example', '501'],
    ['<b ob@far.example>', '501'],
  ])('%s is refused with %s', async (path, code) => {
    const { client } = await listening();
    const one = await client();
    await one.hello();
    expect((await one.say(`MAIL FROM:${path}`)).startsWith(`${code} `)).toBe(true);
  });
});
