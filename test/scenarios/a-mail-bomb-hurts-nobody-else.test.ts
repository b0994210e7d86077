import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodyOf, type XmppClient } from '../support/clients/client.ts';
import { DOMAIN, JULIET, ROMEO } from '../support/house.ts';
import { MAIL_BOMBS } from '../support/mail-bombs.ts';
import {
  contactOf,
  JULIETS_ADDRESS,
  MAIL,
  type MailHouse,
  startMailHouse,
} from '../support/mail-house.ts';

const ANN = 'ann@honest.example';
const SIDE_BY_SIDE = 4;

let house: MailHouse;
let juliet: XmppClient;
/** What each bomb was answered. */
const replies = new Map<string, string>();

beforeAll(async () => {
  house = await startMailHouse();
  juliet = await house.client();
  juliet.send(contactOf(ANN), 'so that I have an address');
  await house.mailbox.mail();
  await house.mailer('honest.example').send({ from: ANN, to: JULIETS_ADDRESS, text: 'before' });
  await heard('before');

  const names = Object.keys(MAIL_BOMBS);
  const sender = async () => {
    const smtp = await house.smtp();
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      const bomb = MAIL_BOMBS[name]?.() ?? '';
      let reply: string;
      // On a busy machine a mail may not be stored in time; its sender comes again.
      do reply = await smtp.mail('bomber@bomb.example', [JULIETS_ADDRESS], bomb);
      while (reply.startsWith('451'));
      replies.set(name, reply);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, sender));
});

afterAll(() => house?.stop());

const heard = (text: string) => juliet.waitFor((stanza) => bodyOf(stanza) === text);

it('each is stored or refused', () => {
  expect(replies.size).toBe(Object.keys(MAIL_BOMBS).length);
  for (const [name, reply] of replies) {
    process.stdout.write(`${name}: ${reply}\n`);
    expect(reply).toMatch(/^(?:250|552|554) /);
  }
});

it('whoever writes meanwhile waits for none of them', async () => {
  await house.mailer('honest.example').send({ from: ANN, to: JULIETS_ADDRESS, text: 'meanwhile' });
  expect((await heard('meanwhile')).attrs.from).toBe(contactOf(ANN));
  juliet.send(contactOf(ANN), 'an answer');
  await house.mailWith('an answer');
});

it('the other network carries on, both ways', async () => {
  juliet.send(`${ROMEO}@${DOMAIN}`, 'a text');
  await house.carrier.wait({ to: ROMEO, count: 1 });
  await house.carrier.text({ from: ROMEO, to: JULIET.number, body: 'an answering text' });
  await heard('an answering text');
});

it('each that was stored arrives, as far as it can be read, from nobody whom she trusts', async () => {
  const stored = [...replies.values()].filter((reply) => reply.startsWith('250'));
  for (const _ of stored) {
    const stanza = await juliet.waitFor((each) => each.attrs.from === `unverified@${MAIL}`);
    // Of a header that is too long not even the sender is read.
    expect(bodyOf(stanza)).toMatch(/^⚠ .* from (?:<bomber@bomb\.example>|nobody)\. /m);
    expect(bodyOf(stanza)?.length).toBeLessThan(70_000);
  }
  expect(juliet.rest.filter(({ name }) => name === 'message')).toEqual([]);
});

it('memory has its bounds', async () => {
  const status = await readFile(`/proc/${house.gateway.program.pid}/status`, 'utf8');
  const peak = Math.round(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024);
  process.stdout.write(`the gateway took ${peak} MiB at most\n`);
  // Two threads with limits of their own, and what is on its way through the others: not all bombs at once.
  expect(peak).toBeLessThan(1_024);
});
