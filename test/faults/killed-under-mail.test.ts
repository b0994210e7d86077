import { afterAll, beforeAll, expect, it } from 'vitest';
import { embeddedRedis } from '../support/embedded-redis.ts';
import type { MailHouse } from '../support/mail-house.ts';
import { arrivedMails } from './mail-arrivals.ts';
import { sendersTo, startHouseToPourInto } from './mail-pouring-in.ts';

const MAILS = Array.from({ length: 300 }, (_, n) => `mail ${n}`);
const KILLS = 3;
/** What may be on its way to the server when a stream breaks. */
const WINDOW = 128;

let house: MailHouse;

beforeAll(async () => {
  house = await startHouseToPourInto();
});

afterAll(() => house?.stop());

it('the gateway is killed while mails pour in, and again: every one arrives, and what comes twice has the same id', async () => {
  const { gateway } = house;
  const juliet = await house.client();
  const senders = sendersTo(house);
  let missing: readonly string[] = MAILS;
  for (let kill = 1; kill <= KILLS; kill++) {
    const sending = senders.send(missing);
    await senders.until(({ taken }) => taken.size >= (kill * MAILS.length) / (KILLS + 1));
    await gateway.program.end('SIGKILL');
    missing = await sending;
    expect(missing.length).toBeGreaterThan(0);
    await gateway.restart();
    await gateway.ready();
  }
  await senders.sendUntilTaken(missing);

  const view = embeddedRedis(gateway.dir);
  const arrived = await arrivedMails(view, juliet);
  view.close();
  expect([...arrived.keys()].toSorted()).toEqual(MAILS.toSorted());
  expect([...arrived.values()].filter((ids) => new Set(ids).size > 1)).toEqual([]);
  const stanzas = [...arrived.values()].flat();
  expect(stanzas.length - MAILS.length).toBeLessThanOrEqual(KILLS * WINDOW);
});
