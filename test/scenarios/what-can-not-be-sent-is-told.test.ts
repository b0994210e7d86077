import { afterAll, beforeAll, expect, it } from 'vitest';
import { child } from '../../src/xmpp/xml/element.ts';
import { refusalIn, type XmppClient } from '../support/clients/client.ts';
import { DOMAIN, type House, JULIET, NURSE, ROMEO, startHouse } from '../support/house.ts';

let house: House;
let juliet: XmppClient;
let nurse: XmppClient;

beforeAll(async () => {
  house = await startHouse({ config: { access: [JULIET.jid, 'localhost'] } });
  juliet = await house.client();
  nurse = await house.client(NURSE);
});

afterAll(() => house?.stop());

async function errorOf(client: XmppClient, id: string) {
  return refusalIn(await client.waitFor(({ attrs }) => attrs.type === 'error' && attrs.id === id));
}

it.each([
  ['an impossible number', '+1', 'jid-malformed'],
  ['a sender’s name, which nobody can answer', 'my\\20shop', 'not-allowed'],
  ['an emergency number', '911', 'not-allowed'],
  ['a country that is not allowed', '+79161234567', 'not-allowed'],
  ['a sender without a number', ROMEO, 'registration-required'],
])('%s', async (what, to, condition) => {
  const client = condition === 'registration-required' ? nurse : juliet;
  client.send(`${to}@${DOMAIN}`, 'hi', { id: what });
  const error = await errorOf(client, what);
  expect(error.condition).toBe(condition);
  expect(error.type).not.toBe('auth');
  expect(error.text.length).toBeGreaterThan(10);
  expect(error.text.length).toBeLessThanOrEqual(120);
  expect(await house.carrier.attempts()).toEqual([]);
});

it('a number that the carrier does not know: the carrier’s reason, in plain words, and no tick', async () => {
  await house.carrier.mode({ next: [{ mode: 'refuse', code: 21211 }] });
  juliet.send(`${ROMEO}@${DOMAIN}`, 'hi', { id: 'refused', receipt: true });
  expect(await errorOf(juliet, 'refused')).toMatchObject({ condition: 'jid-malformed' });
});

it('a text that the network could not deliver: an error, and no tick', async () => {
  await house.carrier.mode({
    next: [
      {
        mode: 'accept',
        statuses: [{ status: 'sent' }, { status: 'undelivered', errorCode: 30005 }],
      },
    ],
  });
  juliet.send(`${ROMEO}@${DOMAIN}`, 'hi', { id: 'undelivered', receipt: true });
  expect(await errorOf(juliet, 'undelivered')).toMatchObject({ condition: 'gone' });
  expect(juliet.rest.some((stanza) => child(stanza, 'received', 'urn:xmpp:receipts'))).toBe(false);
});
