import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodyOf } from '../support/clients/client.ts';
import { type House, JULIET, ROMEO, startHouse } from '../support/house.ts';

let house: House;

beforeAll(async () => {
  house = await startHouse({ server: 'prosody' });
});

afterAll(() => house?.stop());

it('the server dies and comes back, and nothing that was sent meanwhile is lost or out of order', async () => {
  const bodies = Array.from({ length: 20 }, (_, i) => `text ${i}`);
  await house.server.kill('SIGKILL');
  for (const body of bodies) {
    await house.carrier.text({ from: ROMEO, to: JULIET.number, body });
  }
  await house.server.restart();
  const juliet = await house.client();
  const seen: (string | undefined)[] = [];
  for (const body of bodies) {
    seen.push(bodyOf(await juliet.waitFor((stanza) => bodyOf(stanza) !== undefined)));
    expect(seen.at(-1)).toBe(body);
  }
});
