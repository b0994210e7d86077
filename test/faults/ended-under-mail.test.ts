import { afterAll, beforeAll, expect, it } from 'vitest';
import { aged } from '../support/aged-server.ts';
import { embeddedRedis } from '../support/embedded-redis.ts';
import type { MailHouse } from '../support/mail-house.ts';
import { arrivedMails } from './mail-arrivals.ts';
import { sendersTo, startHouseToPourInto } from './mail-pouring-in.ts';

const MAILS = Array.from({ length: 900 }, (_, n) => `mail ${n}`);

let house: MailHouse;

beforeAll(async () => {
  house = await startHouseToPourInto();
  await aged();
});

afterAll(() => house?.stop());

it('SIGTERM while mails pour in: who waits is told to come again, the exit code is 0, and every mail arrives once', async () => {
  const { gateway } = house;
  const juliet = await house.client();
  const senders = sendersTo(house);
  const idle = await house.smtp();
  const sending = senders.send(MAILS);
  await senders.until(({ taken }) => taken.size > MAILS.length / 12);
  gateway.program.signal('SIGTERM');
  expect(await idle.reply()).toMatch(/^421 4\.3\.2 /);
  expect(await gateway.program.exited()).toBe(0);
  const missing = await sending;
  expect(missing.length).toBeGreaterThan(0);

  await gateway.restart();
  await gateway.ready();
  await senders.sendUntilTaken(missing);
  const view = embeddedRedis(gateway.dir);
  const arrived = await arrivedMails(view, juliet);
  view.close();
  expect(arrived).toEqual(new Map(MAILS.map((name) => [name, [expect.any(String)]])));
});
