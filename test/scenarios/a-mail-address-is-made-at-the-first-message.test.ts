import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodyOf, refusalIn, type XmppClient } from '../support/clients/client.ts';
import { ADMIN, NURSE } from '../support/house.ts';
import {
  contactOf,
  JULIETS_ADDRESS,
  MAIL,
  type MailHouse,
  startMailHouse,
  textOf,
} from '../support/mail-house.ts';

const BOB = 'bob@outside.example';
const HELP = `help@${MAIL}`;
const FEDERATED = { jid: 'juliet@friend.localhost', password: 'montague' };
const STRANGER = { jid: 'tybalt@elsewhere.localhost', password: 'rapier' };
const POSTMASTER = { jid: 'postmaster@localhost', password: 'stamp' };
const UNKNOWN = '550 5.1.1 nobody has this address here';

let house: MailHouse;
let juliet: XmppClient;

beforeAll(async () => {
  house = await startMailHouse({
    people: [FEDERATED, STRANGER, POSTMASTER],
    mail: {
      access: ['localhost', 'friend.localhost'],
      accounts: { [NURSE.jid]: { address: 'angelica', aliases: ['nurse', 'care.of-juliet'] } },
    },
  });
  juliet = await house.client();
});

afterAll(() => house?.stop());

/** Of the same address in every test. */
const write = (to: string | readonly string[], text: string) =>
  house.mailer('outside.example').send({
    from: BOB,
    to: [to].flat(),
    text,
    envelope: { from: BOB, to: [to].flat() },
  });

const heard = (client: XmppClient, text: string) =>
  client.waitFor((stanza) => bodyOf(stanza)?.includes(text) === true);

async function answerOf(client: XmppClient, word: string): Promise<string> {
  client.send(HELP, word);
  const answer = await client.waitFor((stanza) => stanza.attrs.from === HELP);
  return bodyOf(answer) ?? '';
}

it('before it nobody has the address; after it mail arrives there', async () => {
  await expect(write(JULIETS_ADDRESS, 'too early')).rejects.toThrow(UNKNOWN);
  expect(await answerOf(juliet, 'whoami')).toContain('not registered');

  juliet.send(contactOf(BOB), 'the very first');
  const { content } = await house.mailbox.mail();
  expect(content.from?.value).toEqual([{ name: 'Juliet', address: JULIETS_ADDRESS }]);
  expect(await answerOf(juliet, 'whoami')).toContain(`Your address is ${JULIETS_ADDRESS}.`);

  await write(JULIETS_ADDRESS, 'in good time');
  expect((await heard(juliet, 'in good time')).attrs).toMatchObject({ from: contactOf(BOB) });
});

it('a contact without an escape is the same, and answers under the name that was written to', async () => {
  juliet.send(`ann%outside.example@${MAIL}`, 'percent');
  const mail = await house.mailWith('percent');
  expect(mail.to).toEqual(['ann@outside.example']);
  const { mailer } = house;
  await mailer('outside.example').send({
    from: mail.to[0],
    to: JULIETS_ADDRESS,
    text: 'as dialled',
  });
  expect((await heard(juliet, 'as dialled')).attrs.from).toBe(`ann%outside.example@${MAIL}`);
});

it('a tag and an alias lead to the user, who sees to which it was written', async () => {
  await write(`juliet+shop@${MAIL}`, 'to a tag');
  expect(bodyOf(await heard(juliet, 'to a tag'))).toMatch(/^\[Sent to juliet\+shop@/m);
  const nurse = await house.client(NURSE);
  await write(`Angelica@${MAIL.toUpperCase()}`, 'to her address');
  expect(bodyOf(await heard(nurse, 'to her address'))).not.toContain('[Sent to');
  await write(`care.of-juliet+x@${MAIL}`, 'to an alias');
  expect(bodyOf(await heard(nurse, 'to an alias'))).toMatch(/^\[Sent to care\.of-juliet\+x@/m);
  nurse.send(contactOf(BOB), 'from the address');
  const { content } = await house.mailWith('from the address');
  expect(content.from?.value[0]?.address).toBe(`angelica@${MAIL}`);
});

it('who gets a mail together with others gets it once, and who is unknown is refused alone', async () => {
  const nurse = await house.client(NURSE);
  const smtp = await house.smtp();
  await smtp.say(`MAIL FROM:<${BOB}>`);
  for (const to of ['juliet', 'nurse', 'angelica', 'juliet']) {
    expect(await smtp.say(`RCPT TO:<${to}@${MAIL}>`)).toMatch(/^250 /);
  }
  expect(await smtp.say(`RCPT TO:<nobody@${MAIL}>`)).toBe(UNKNOWN);
  await smtp.say('DATA');
  const mail = `From: ${BOB}\r\nTo: juliet@${MAIL}, angelica@${MAIL}\r\nMessage-ID: <all@outside.example>\r\n\r\nto all of you\r\n.`;
  expect(await smtp.say(mail)).toMatch(/^250 /);
  await heard(juliet, 'to all of you');
  await heard(nurse, 'to all of you');
  // Behind it, and so after whatever came twice.
  await write([JULIETS_ADDRESS, `angelica@${MAIL}`], 'the next');
  await heard(juliet, 'the next');
  await heard(nurse, 'the next');
  const again = [juliet, nurse].flatMap(({ rest }) => rest.map(bodyOf));
  expect(again.filter((body) => body?.includes('to all of you'))).toEqual([]);
});

it('the postmaster’s mail goes to the administrators', async () => {
  const ops = await house.client(ADMIN);
  const smtp = await house.smtp();
  expect(await smtp.mail('', ['PostMaster'], `From: ${BOB}\r\n\r\nyour server`)).toMatch(/^250 /);
  const told = await heard(ops, 'your server');
  expect(told.attrs.from).toBe(MAIL);
  expect(bodyOf(told)).toContain(`postmaster@${MAIL}, which no user owns`);
  await expect(write(`noreply@${MAIL}`, 'nobody')).rejects.toThrow(UNKNOWN);
});

it('a user of another server has his server in his address', async () => {
  const friend = await house.client(FEDERATED);
  friend.send(contactOf(BOB), 'from a friend');
  const { content } = await house.mailWith('from a friend');
  const address = `juliet=friend.localhost@${MAIL}`;
  expect(content.from?.value[0]?.address).toBe(address);
  await write(address, 'to a friend');
  await heard(friend, 'to a friend');
});

it.each([
  ['a name of the administrators', POSTMASTER, 'not-allowed', 'belongs to the administrators'],
  ['somebody without access', STRANGER, 'forbidden', ''],
])('%s gets no address, and no mail is sent', async (_, who, condition, words) => {
  const client = await house.client(who);
  client.send(contactOf(BOB), 'let me in', { id: 'in' });
  const error = refusalIn(await client.waitFor(({ attrs }) => attrs.id === 'in'));
  expect(error).toMatchObject({ condition, type: expect.not.stringMatching('auth') });
  expect(error.text).toContain(words);
  const [user] = who.jid.split('@');
  await expect(write(`${user}=elsewhere.localhost@${MAIL}`, 'in vain')).rejects.toThrow(UNKNOWN);
  expect(house.mailbox.mails.map(textOf)).not.toContain('let me in');
});

it('who has unregistered has no address any more', async () => {
  expect(await answerOf(juliet, 'unregister')).toContain('not registered');
  await expect(write(JULIETS_ADDRESS, 'too late')).rejects.toThrow(UNKNOWN);
});
