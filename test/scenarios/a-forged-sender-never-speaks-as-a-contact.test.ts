import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodyOf, refusalIn, type XmppClient } from '../support/clients/client.ts';
import {
  contactOf,
  JULIETS_ADDRESS,
  MAIL,
  type MailHouse,
  startMailHouse,
} from '../support/mail-house.ts';

/** Whom everybody trusts. Only signed mail is from there. */
const BOSS = 'boss@bank.example';
const EVIL = 'evil@evil.example';
const UNVERIFIED = `unverified@${MAIL}`;

let house: MailHouse;
let juliet: XmppClient;

beforeAll(async () => {
  house = await startMailHouse();
  house.mailer('bank.example');
  house.dns.add({ 'bank.example': { TXT: ['v=spf1 -all'] } });
  juliet = await house.client();
  juliet.send(contactOf(BOSS), 'I am here');
  await house.mailbox.mail();
});

afterAll(() => house?.stop());

const heard = (text: string) => juliet.waitFor((stanza) => bodyOf(stanza)?.includes(text) === true);

/** As somebody who owns a domain, and signs what he writes, but in another's name. */
function forge(from: string, text: string) {
  const envelope = { from: EVIL, to: JULIETS_ADDRESS };
  const raw = `From: ${from}\r\nTo: <${JULIETS_ADDRESS}>\r\nSubject: money\r\n\r\n${text}\r\n`;
  return house.mailer('evil.example').send({ envelope, raw });
}

it('who can prove it speaks as his contact', async () => {
  const { send } = house.mailer('bank.example');
  await send({ from: BOSS, to: JULIETS_ADDRESS, subject: 'Monday', text: 'this is really me' });
  const stanza = await heard('this is really me');
  expect(stanza.attrs.from).toBe(contactOf(BOSS));
  expect(bodyOf(stanza)).toBe('✉ Monday\nthis is really me');
});

it.each([
  ['another’s signature', BOSS, `<${BOSS}>`],
  ['two senders', `${BOSS}, ${EVIL}`, `<${BOSS}>, <${EVIL}>`],
  ['two senders, the other way round', `${EVIL}, ${BOSS}`, `<${EVIL}>, <${BOSS}>`],
  ['a comment that looks like an address', `${BOSS} (<${EVIL}>)`, BOSS],
  ['two addresses in brackets', `<${BOSS}> <${EVIL}>`, 'nobody'],
  ['a group', `g: ${BOSS};`, BOSS],
  ['an address in an encoded word', '=?utf-8?q?boss=40bank.example?=', 'boss@bank.example'],
  ['a quoted local part', `"${BOSS}"@evil.example`, `${BOSS}@evil.example`],
  ['a NUL', `boss@bank.example\0@evil.example`, ''],
  ['a zero width space', `bo\u200bss@bank.example`, ''],
])('%s: nobody speaks as the contact', async (what, from, claim) => {
  expect(await forge(from, `forged by ${what}`)).toMatch(/^250 /);
  const stanza = await heard(`forged by ${what}`);
  expect(stanza.attrs.from).toBe(UNVERIFIED);
  const [title, warning, text] = bodyOf(stanza)?.split('\n') ?? [];
  expect(title).toBe('✉ money');
  expect(warning).toMatch(/^⚠ This says it is from .+\. Do not rely on it: .+\.$/);
  expect(warning).toContain(claim);
  expect(text).toBe(`forged by ${what}`);
});

it.each([
  ['a name that looks like an address', `"${BOSS}" <${EVIL}>`],
  ['a name in an encoded word', `=?utf-8?q?boss=40bank.example?= <${EVIL}>`],
  ['an address in a comment', `${EVIL} (${BOSS})`],
])('%s: the mail is from its address, and from nobody else', async (what, from) => {
  await forge(from, `named by ${what}`);
  expect((await heard(`named by ${what}`)).attrs.from).toBe(contactOf(EVIL));
});

it('a mail without any proof is not from whom it says', async () => {
  const { sendUnsigned } = house.mailer('bank.example');
  await sendUnsigned({ from: BOSS, to: JULIETS_ADDRESS, text: 'without a signature' });
  const stanza = await heard('without a signature');
  expect(stanza.attrs.from).toBe(UNVERIFIED);
  expect(bodyOf(stanza)).toContain('the domain bank.example says that it is forged');
});

it.each([
  ['two From fields', `From: ${BOSS}\r\nFrom: ${EVIL}\r\n`],
  ['no From field', `Sender: ${BOSS}\r\n`],
])('%s: the mail is refused', async (_, head) => {
  const smtp = await house.smtp();
  const reply = await smtp.mail(EVIL, [JULIETS_ADDRESS], `${head}\r\nrefused`);
  expect(reply).toMatch(/^550 5\.6\.0 /);
});

it('what nobody can prove, nobody can answer', async () => {
  juliet.send(UNVERIFIED, 'who are you?', { id: 'to nobody' });
  const error = await juliet.waitFor(({ attrs }) => attrs.id === 'to nobody');
  expect(refusalIn(error)).toMatchObject({ condition: 'not-allowed', type: 'cancel' });
  expect(refusalIn(error).text).toContain('can not be answered');
});

it('while DNS does not answer nothing is said of a sender; then he is proved after all', async () => {
  const { send } = house.mailer('slow.example');
  house.dns.break('_dmarc.slow.example', 'SERVFAIL');
  house.dns.break('test._domainkey.slow.example', 'SERVFAIL');
  await send({ from: 'ann@slow.example', to: JULIETS_ADDRESS, text: 'proved a little later' });
  // What comes behind it does not wait for it.
  await house.mailer('bank.example').send({ from: BOSS, to: JULIETS_ADDRESS, text: 'overtakes' });
  await heard('overtakes');
  expect(house.dns.asked).toContain('TXT _dmarc.slow.example');
  house.dns.heal();
  expect((await heard('proved a little later')).attrs.from).toBe(contactOf('ann@slow.example'));
});

it('and of all this nothing came from the contact', () => {
  expect(juliet.rest.map(({ attrs }) => attrs.from)).not.toContain(contactOf(BOSS));
});
