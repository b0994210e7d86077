import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodyOf } from '../support/clients/client.ts';
import { DOMAIN, type House, ROMEO, startHouse } from '../support/house.ts';

let house: House;

beforeAll(async () => {
  // Long enough that the failure counts as late: whoever wrote may be away by then.
  house = await startHouse({ transport: { deadline: '31s' } });
});

afterAll(() => house?.stop());

it('who wrote and went away before it failed finds the failure in words', async () => {
  const { carrier } = house;
  const juliet = await house.client();
  await carrier.mode({ mode: 'unavailable' });
  juliet.send(`${ROMEO}@${DOMAIN}`, 'parting is such sweet sorrow');
  await carrier.wait({ attempts: 1 });
  await juliet.stop();

  const again = await house.client();
  const told = await again.waitFor(({ attrs }) => attrs.from === `${ROMEO}@${DOMAIN}`);
  expect(bodyOf(told)).toMatch(/^⚠ This message was not sent.*\n> parting is such sweet sorrow$/);
});
