import { afterAll, beforeAll, expect, it } from 'vitest';
import type { XmppClient } from '../support/clients/client.ts';
import { type EmbeddedView, embeddedRedis } from '../support/embedded-redis.ts';
import { JULIET } from '../support/house.ts';
import { contactOf, MAIL, type MailHouse, startMailHouse, textOf } from '../support/mail-house.ts';
import { startMailbox, type TakenMail } from '../support/peers/mailbox.ts';

const STUCK = 'stuck@example.com';
const COUNT = 40;
/** That the gateway has to its smarthost at most. */
const CONNECTIONS = 8;

let house: MailHouse;
let view: EmbeddedView;
let juliet: XmppClient;

beforeAll(async () => {
  house = await startMailHouse({ mail: { accounts: { [JULIET.jid]: { address: 'juliet' } } } });
  view = embeddedRedis(house.gateway.dir);
  juliet = await house.client();
});

afterAll(async () => {
  view?.close();
  await house?.stop();
});

it('one recipient is refused for now, again and again: his mails wait, and hold no other', async () => {
  const { mailbox } = house;
  mailbox.for(STUCK, '451 4.2.1 This mailbox is being moved.');
  const waiting = write('for him who is stuck', 2, () => STUCK);
  const others = write('beside him who is stuck', COUNT);
  await Promise.all(others.map(house.mailWith));
  expect(mailbox.mails.map(textOf).toSorted()).toEqual(others.toSorted());
  mailbox.for(STUCK);
  await settled();
  expect(repeats(mailbox.mails, waiting)).toBe(0);
});

it('the smarthost breaks connections once it has a mail: each of those comes again, as the same mail', async () => {
  const { mailbox } = house;
  mailbox.next('dot', 'drop', 'drop', 'drop');
  const texts = write('with a break after the dot', COUNT);
  await settled();
  expect(repeats(mailbox.mails, texts)).toBe(3);
});

it('the smarthost has a mail and says nothing: others go on, and it comes again, as the same mail', async () => {
  const { mailbox } = house;
  mailbox.next('dot', 'hang', 'hang');
  const texts = write('with silence after the dot', COUNT);
  await Promise.all(texts.map(house.mailWith));
  expect(repeats(mailbox.mails, texts)).toBe(0);
  await settled();
  expect(repeats(mailbox.mails, texts)).toBe(2);
});

it('the smarthost dies while it takes mail, and comes back: nothing is lost, and only what was under way may come again', async () => {
  const { mailbox } = house;
  const before = mailbox.mails.length;
  // When it dies it has more than it has answered, and not all.
  const answered = Array.from({ length: COUNT / 4 }, () => 'usual');
  const unanswered = Array.from({ length: CONNECTIONS }, () => 'hang');
  mailbox.next('dot', ...answered, ...unanswered);
  const texts = write('with a smarthost that dies', COUNT);
  while (mailbox.mails.length < before + COUNT / 4 + CONNECTIONS) {
    await mailbox.mail((mail) => texts.includes(textOf(mail)));
  }
  await mailbox.stop();
  const another = await startMailbox(mailbox.port);
  await settled();
  await another.stop();
  expect(repeats([...mailbox.mails, ...another.mails], texts)).toBe(CONNECTIONS);
});

/** @returns the texts, no two alike */
function write(
  about: string,
  count: number,
  to = (n: number) => `friend-${n}@example.com`,
): readonly string[] {
  const texts = Array.from({ length: count }, (_, n) => `${about}, ${n}`);
  for (const [n, text] of texts.entries()) juliet.send(contactOf(to(n)), text);
  return texts;
}

/** Resolves when everything that was written has been handed over. */
async function settled(): Promise<void> {
  // The answer comes when all that was written before it is stored.
  juliet.send(`help@${MAIL}`, 'whoami');
  await juliet.waitFor(({ attrs }) => attrs.from === `help@${MAIL}`);
  await view.served('mail.o');
}

/** Every text has come. @returns how many mails are a repeat: byte for byte, and known by the Message-ID */
function repeats(mails: readonly TakenMail[], texts: readonly string[]): number {
  const found = mails.filter((mail) => texts.includes(textOf(mail)));
  expect(new Set(found.map(textOf)).size).toBe(texts.length);
  expect(new Set(found.map(({ content }) => content.messageId)).size).toBe(texts.length);
  expect(new Set(found.map(({ raw }) => raw.toString('latin1'))).size).toBe(texts.length);
  return found.length - texts.length;
}
