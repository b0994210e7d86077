import { afterAll, beforeAll, expect, it } from 'vitest';
import { CARRIER_ACCOUNT } from '../support/carrier.ts';
import { bodyOf } from '../support/clients/client.ts';
import { type House, JULIET, ROMEO, startHouse } from '../support/house.ts';

let house: House;

beforeAll(async () => {
  house = await startHouse();
});

afterAll(() => house?.stop());

it('a forged webhook changes nothing', async () => {
  const juliet = await house.client();
  const forged = await fetch(`${house.gateway.httpUrl}/hooks/sms/message`, {
    method: 'POST',
    headers: { 'x-twilio-signature': 'bm90IGEgc2lnbmF0dXJl' },
    body: new URLSearchParams({
      AccountSid: CARRIER_ACCOUNT,
      MessageSid: `SM${'f'.repeat(32)}`,
      From: ROMEO,
      To: JULIET.number,
      Body: 'send money',
    }),
  });
  expect(forged.status).toBe(403);
  // What comes after it in the same conversation would have come behind it.
  await house.carrier.text({ from: ROMEO, to: JULIET.number, body: 'an honest word' });
  const first = await juliet.waitFor((stanza) => bodyOf(stanza) !== undefined);
  expect(bodyOf(first)).toBe('an honest word');
});

it('a text that the carrier sends fifty times at once is one message', async () => {
  const juliet = await house.client();
  const text = { from: ROMEO, to: JULIET.number, body: 'once', sid: `SM${'a'.repeat(32)}` };
  await Promise.all(Array.from({ length: 50 }, () => house.carrier.text(text)));
  await house.carrier.text({ from: ROMEO, to: JULIET.number, body: 'after it' });
  await juliet.waitFor((stanza) => bodyOf(stanza) === 'once');
  await juliet.waitFor((stanza) => bodyOf(stanza) === 'after it');
  expect(juliet.rest.map(bodyOf)).not.toContain('once');
});
