import { afterAll, beforeAll, expect, it } from 'vitest';
import { child } from '../../src/xmpp/xml/element.ts';
import { bodyOf } from '../support/clients/client.ts';
import { DOMAIN, type House, JULIET, ROMEO, startHouse } from '../support/house.ts';

const WORDS = 'Wherefore art thou? 🙂';

let house: House;

beforeAll(async () => {
  house = await startHouse();
});

afterAll(() => house?.stop());

it('a text crosses both ways, in one conversation, and the tick means that it arrived', async () => {
  const juliet = await house.client();
  juliet.send(`${ROMEO}@${DOMAIN}`, WORDS, { id: 'first', receipt: true });

  const [carried] = await house.carrier.wait({ to: ROMEO, count: 1 });
  expect(carried).toMatchObject({ from: JULIET.number, to: ROMEO, body: WORDS });
  const tick = await juliet.waitFor(
    (stanza) => child(stanza, 'received', 'urn:xmpp:receipts') !== undefined,
  );
  expect(child(tick, 'received', 'urn:xmpp:receipts')?.attrs.id).toBe('first');
  const [delivered] = await house.carrier.messages();
  expect(delivered?.status).toBe('delivered');

  await house.carrier.text({ from: ROMEO, to: JULIET.number, body: 'Call me but love 🌹' });
  const answer = await juliet.waitFor((stanza) => bodyOf(stanza) !== undefined);
  expect(bodyOf(answer)).toBe('Call me but love 🌹');
  expect(answer.attrs.from).toBe(`${ROMEO}@${DOMAIN}`);
});

it('an answer comes from the very address that she wrote to', async () => {
  const juliet = await house.client();
  juliet.send(`2025550199@${DOMAIN}`, 'as I dial it');
  await house.carrier.wait({ to: '+12025550199', count: 1 });
  await house.carrier.text({ from: '+12025550199', to: JULIET.number, body: 'hello' });
  const answer = await juliet.waitFor((stanza) => bodyOf(stanza) === 'hello');
  expect(answer.attrs.from).toBe(`2025550199@${DOMAIN}`);
});
