import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodyOf, type XmppClient } from '../support/clients/client.ts';
import {
  ADMIN,
  DOMAIN,
  type House,
  NURSE,
  POOL_NUMBER,
  ROMEO,
  startHouse,
} from '../support/house.ts';

let house: House;
let nurse: XmppClient;

beforeAll(async () => {
  house = await startHouse();
  nurse = await house.client(NURSE);
});

afterAll(() => house?.stop());

async function ask(word: string, who = nurse): Promise<string> {
  who.send(`help@${DOMAIN}`, word);
  const answer = await who.waitFor(
    (stanza) => bodyOf(stanza) !== undefined && stanza.attrs.from === `help@${DOMAIN}`,
  );
  return bodyOf(answer) ?? '';
}

it('a user registers by words, writes, is written to, and leaves', async () => {
  expect(await ask('help')).toContain('register');
  expect(await ask('whoami')).toContain('not registered');
  expect(await ask('register')).toContain(POOL_NUMBER);
  expect(await ask('whoami')).toContain(POOL_NUMBER);

  nurse.send(`${ROMEO}@${DOMAIN}`, 'Peter, my fan');
  expect(await house.carrier.wait({ to: ROMEO, count: 1 })).toMatchObject([{ from: POOL_NUMBER }]);
  await house.carrier.text({ from: ROMEO, to: POOL_NUMBER, body: 'good morrow' });
  await nurse.waitFor((stanza) => bodyOf(stanza) === 'good morrow');

  expect(await ask('unregister')).toContain('not registered');
  const ops = await house.client(ADMIN);
  await house.carrier.text({ from: ROMEO, to: POOL_NUMBER, body: 'are you there?' });
  const told = await ops.waitFor((stanza) => bodyOf(stanza)?.includes('are you there?') === true);
  expect(bodyOf(told)).toContain(POOL_NUMBER);
  expect(nurse.rest.map(bodyOf)).not.toContain('are you there?');
  // Her number rests: the next owner must not read what is still meant for her.
  expect(await ask('register', ops)).not.toContain('You are registered');
});
