import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { bodyOf, type XmppClient } from '../support/clients/client.ts';
import { type EmbeddedView, embeddedRedis } from '../support/embedded-redis.ts';
import { JULIET } from '../support/house.ts';
import { JULIETS_ADDRESS, type MailHouse, startMailHouse } from '../support/mail-house.ts';
import { MailSenders } from '../support/mail-senders.ts';
import type { SmtpDialogue } from '../support/peers/smtp-dialogue.ts';
import { arrivedMails } from './mail-arrivals.ts';

const ROMEO = 'romeo@example.com';
const MANY = Array.from({ length: 100 }, (_, n) => `of many ${n}`);

let house: MailHouse;
let view: EmbeddedView;
let senders: MailSenders;
let juliet: XmppClient;
let smtp: SmtpDialogue;
let redis: number;

beforeAll(async () => {
  house = await startMailHouse({ mail: { accounts: { [JULIET.jid]: { address: 'juliet' } } } });
  // His domain says that this machine may write in its name.
  house.mailer('example.com');
  view = embeddedRedis(house.gateway.dir);
  senders = new MailSenders({ port: house.mailPort, from: ROMEO, to: JULIETS_ADDRESS });
});

beforeEach(async () => {
  juliet = await house.client();
  smtp = await house.smtp();
  redis = await view.pid();
});

afterEach(() => juliet.stop());

afterAll(async () => {
  view?.close();
  await house?.stop();
});

it('Redis hangs at the end of a mail: 451, and what is sent again when it goes on has arrived once', async () => {
  await begin('one');
  await whileHanging(async () => expect(await smtp.say('one\r\n.')).toMatch(/^451 4\.3\.0 /));
  await senders.sendUntilTaken(['one']);
  expect(await arrivedMails(view, juliet)).toEqual(once(['one']));
});

it('what was stored late, after its 451, is known again when it is sent again', async () => {
  await begin('two');
  await whileHanging(async () => expect(await smtp.say('two\r\n.')).toMatch(/^451 4\.3\.0 /));
  await juliet.waitFor((stanza) => bodyOf(stanza) === 'two');
  await senders.sendUntilTaken(['two']);
  expect(await arrivedMails(view, juliet)).toEqual(once([]));
});

it('Redis hangs while mails pour in: each has its answer meanwhile, and in the end each has arrived once', async () => {
  const first = senders.send(MANY);
  await senders.until(({ taken }) => taken.size > 20);
  await whileHanging(async () => {
    expect((await first).length).toBeGreaterThan(MANY.length / 2);
    await house.gateway.program.printed(({ msg }) => msg === 'no new messages are taken');
    expect(await smtp.say(`MAIL FROM:<${ROMEO}>`)).toMatch(/^451 4\.3\.0 /);
  });
  await senders.sendUntilTaken(MANY);
  expect(await arrivedMails(view, juliet)).toEqual(once(MANY));
});

it('Redis is killed while mails pour in: in the end each has arrived once', async () => {
  const names = MANY.map((name) => `then ${name}`);
  const before = senders.taken.size;
  const first = senders.send(names);
  await senders.until(({ taken }) => taken.size > before + 20);
  process.kill(redis, 'SIGKILL');
  await first;
  await senders.sendUntilTaken(names);
  expect(await arrivedMails(view, juliet)).toEqual(once(names));
});

/** A mail up to its last line. */
async function begin(name: string): Promise<void> {
  await smtp.say(`MAIL FROM:<${ROMEO}>`);
  await smtp.say(`RCPT TO:<${JULIETS_ADDRESS}>`);
  expect(await smtp.say('DATA')).toMatch(/^354 /);
  smtp.write(senders.headOf(name));
}

async function whileHanging(work: () => Promise<void>): Promise<void> {
  process.kill(redis, 'SIGSTOP');
  try {
    await work();
  } finally {
    process.kill(redis, 'SIGCONT');
  }
}

function once(names: readonly string[]): Map<string, string[]> {
  return new Map(names.map((name) => [name, [expect.any(String)]]));
}
