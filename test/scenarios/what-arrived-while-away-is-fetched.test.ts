import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodyOf } from '../support/clients/client.ts';
import {
  DOMAIN,
  type House,
  JULIET,
  NURSE,
  POOL_NUMBER,
  ROMEO,
  startHouse,
} from '../support/house.ts';

let house: House;

beforeAll(async () => {
  house = await startHouse();
});

afterAll(() => house?.stop());

it('texts that came while the gateway was away are fetched, once, also for a number that was never used', async () => {
  const { carrier, gateway } = house;
  const nurse = await house.client(NURSE);
  nurse.send(`help@${DOMAIN}`, 'register');
  await nurse.waitFor((stanza) => bodyOf(stanza)?.includes(POOL_NUMBER) === true);

  await gateway.program.end('SIGKILL');
  await carrier.text({ from: ROMEO, to: JULIET.number, body: 'one' });
  await carrier.text({ from: ROMEO, to: JULIET.number, body: 'two' });
  await carrier.text({ from: ROMEO, to: POOL_NUMBER, body: 'good nurse' });
  await gateway.restart();
  await gateway.ready();

  const juliet = await house.client();
  const texts: unknown[] = [];
  for (let count = 0; count < 2; count++) {
    const text = await juliet.waitFor(({ attrs }) => attrs.from === `${ROMEO}@${DOMAIN}`);
    texts.push(bodyOf(text));
  }
  expect(texts).toEqual(['one', 'two']);
  await nurse.waitFor((stanza) => bodyOf(stanza) === 'good nurse');

  await gateway.program.end();
  await gateway.restart();
  await gateway.ready();
  await carrier.text({ from: ROMEO, to: JULIET.number, body: 'three' });
  const next = await juliet.waitFor(({ attrs }) => attrs.from === `${ROMEO}@${DOMAIN}`);
  expect(bodyOf(next)).toBe('three');
});
