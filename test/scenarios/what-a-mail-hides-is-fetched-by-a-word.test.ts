import { afterAll, beforeAll, expect, it } from 'vitest';
import { child } from '../../src/xmpp/xml/element.ts';
import { bodyOf, type XmppClient } from '../support/clients/client.ts';
import {
  contactOf,
  JULIETS_ADDRESS,
  MAIL,
  type MailHouse,
  startMailHouse,
} from '../support/mail-house.ts';

const BOB = 'bob@hidden.example';
const ANN = 'ann@hidden.example';
const HINT = '[part of this message is hidden – send  full  to read all of it]';
const QUOTED = `Yes, at eight.

On Mon, 23 Nov 2026 at 10:00, Juliet <${JULIETS_ADDRESS}> wrote:
> Shall we meet?
> At seven or at eight?

-- 
Bob, Verona`;

let house: MailHouse;
let juliet: XmppClient;

beforeAll(async () => {
  house = await startMailHouse();
  juliet = await house.client();
  juliet.send(contactOf(BOB), 'Shall we meet?');
  await house.mailbox.mail();
});

afterAll(() => house?.stop());

const write = (from: string, text: string) =>
  house.mailer('hidden.example').send({ from, to: JULIETS_ADDRESS, subject: 'Meeting', text });

const said = (from: string) =>
  juliet.waitFor((stanza) => stanza.attrs.from === from && bodyOf(stanza) !== undefined);

async function ask(address: string): Promise<string | undefined> {
  juliet.send(contactOf(address), ' Full ', { id: `full-${address}`, receipt: true });
  await juliet.waitFor((stanza) => child(stanza, 'received', 'urn:xmpp:receipts') !== undefined);
  return bodyOf(await said(contactOf(address)));
}

it('what is quoted and signed is hidden, and comes when it is asked for, also after a restart', async () => {
  await write(BOB, QUOTED);
  expect(bodyOf(await said(contactOf(BOB)))).toBe(`✉ Meeting\nYes, at eight.\n${HINT}`);
  const mails = house.mailbox.mails.length;
  const all = await ask(BOB);
  expect(all?.split('\n').map((line) => line.trimEnd())).toEqual([
    '✉ Meeting',
    ...QUOTED.split('\n').map((line) => line.trimEnd()),
  ]);
  await house.gateway.program.end();
  await house.gateway.restart();
  await house.gateway.ready();
  expect(await ask(BOB)).toBe(all);
  // The word is for the gateway: nobody has got it by mail.
  juliet.send(contactOf(BOB), 'see you');
  await house.mailWith('see you');
  expect(house.mailbox.mails).toHaveLength(mails + 1);
});

it('of a mail that was shown whole there is nothing to fetch: the word is a word', async () => {
  await write(ANN, 'Nothing is hidden here.');
  expect(bodyOf(await said(contactOf(ANN)))).not.toContain(HINT);
  juliet.send(contactOf(ANN), 'full');
  expect((await house.mailWith('full')).to).toEqual([ANN]);
});

it('a long one comes in several messages, in their order', async () => {
  const lines = Array.from({ length: 1_000 }, (_, at) => `> line ${at} of what was written before`);
  await write(BOB, `Short.\n\n${lines.join('\n')}\n`);
  await said(contactOf(BOB));
  juliet.send(contactOf(BOB), 'full');
  const bodies: string[] = [];
  while (!bodies.at(-1)?.includes('line 999 ')) {
    bodies.push(bodyOf(await said(contactOf(BOB))) ?? '');
  }
  expect(bodies.length).toBeGreaterThan(1);
  expect(bodies.map((body) => body.split('\n', 1)[0])).toEqual(
    bodies.map((_, at) => `(${at + 1}/${bodies.length})`),
  );
  const whole = bodies.map((body) => body.slice(body.indexOf('\n') + 1)).join('\n');
  expect(whole.split('\n').filter((line) => line.startsWith('> '))).toEqual(lines);
});

it('the helper says how the word is used', async () => {
  juliet.send(`help@${MAIL}`, 'full');
  expect(bodyOf(await said(`help@${MAIL}`))).toContain('Send that word to the contact');
});
