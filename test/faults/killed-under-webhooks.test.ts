import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodyOf } from '../support/clients/client.ts';
import { DOMAIN, type House, JULIET, ROMEO, startHouse } from '../support/house.ts';

const TEXTS = 60;

let house: House;

beforeAll(async () => {
  house = await startHouse();
});

afterAll(() => house?.stop());

it('the gateway is killed while texts come in: every one of them arrives, and what comes twice has the same id', async () => {
  const { carrier, gateway } = house;
  const juliet = await house.client();
  const bodies = Array.from({ length: TEXTS }, (_, n) => `in ${n}`);
  const texts = bodies.map((body) => carrier.text({ from: ROMEO, to: JULIET.number, body }));
  await Promise.race(texts);
  await gateway.program.end('SIGKILL');
  await Promise.all(texts);
  await gateway.restart();
  await gateway.ready();

  const idsOf = new Map<string, Set<string | undefined>>();
  while (idsOf.size < TEXTS) {
    const text = await juliet.waitFor(({ attrs }) => attrs.from === `${ROMEO}@${DOMAIN}`);
    const body = bodyOf(text) ?? '';
    idsOf.set(body, (idsOf.get(body) ?? new Set()).add(text.attrs.id));
  }
  expect([...idsOf.keys()].toSorted()).toEqual(bodies.toSorted());
  expect([...idsOf.values()].filter((ids) => ids.size > 1)).toEqual([]);
});
