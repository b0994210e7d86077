import { afterAll, beforeAll, expect, it } from 'vitest';
import { embeddedRedis } from '../support/embedded-redis.ts';
import { DOMAIN, type House, startHouse } from '../support/house.ts';

const ROUNDS = 8;
const EACH_ROUND = 100;
const CONVERSATIONS = 5;
const numberOf = (i: number) => `+1202555020${i}`;

let house: House;

beforeAll(async () => {
  house = await startHouse();
});

afterAll(() => house?.stop());

it('every key of BullMQ is removed again and again under traffic: nothing is lost, nothing overtakes', async () => {
  const { carrier, gateway } = house;
  const juliet = await house.client();
  const view = embeddedRedis(gateway.dir);
  // Refusals for now make retries, which is what wake-ups are for.
  let n = 0;
  let removed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const throttled = { mode: 'throttle', retryAfterSeconds: 1 };
    await carrier.mode({ next: [throttled, throttled] });
    for (let i = 0; i < EACH_ROUND; i++, n++) {
      juliet.send(`${numberOf(n % CONVERSATIONS)}@${DOMAIN}`, String(n));
    }
    removed += await view.removeWakeUps();
    await carrier.wait({ count: (n * 3) / 4 });
    removed += await view.removeWakeUps();
  }
  await carrier.wait({ count: n });
  view.close();
  expect(removed).toBeGreaterThan(0);
  const carried = await carrier.messages();
  expect(carried).toHaveLength(n);
  for (const texts of Map.groupBy(carried, ({ to }) => to).values()) {
    const order = texts.map(({ body }) => Number(body));
    expect(order).toEqual([...order].sort((a, b) => a - b));
  }
});
