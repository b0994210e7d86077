import { afterAll, beforeAll, expect, it } from 'vitest';
import { embeddedRedis } from '../support/embedded-redis.ts';
import { DOMAIN, type House, startHouse } from '../support/house.ts';

const CONVERSATIONS = 10;
const EACH = 100;
const numberOf = (i: number) => `+1202555020${i}`;

let house: House;

beforeAll(async () => {
  house = await startHouse();
});

afterAll(() => house?.stop());

it('1,000 messages wait behind an unanswered request; the gateway is killed, Redis rewrites its file, all are killed: all arrive, in order', async () => {
  const { carrier, gateway } = house;
  const juliet = await house.client();
  // The first request of every conversation gets no answer, and the rest wait behind it.
  await carrier.mode({ mode: 'hang' });
  for (let n = 0; n < EACH; n++) {
    for (let i = 0; i < CONVERSATIONS; i++) juliet.send(`${numberOf(i)}@${DOMAIN}`, `${i}-${n}`);
  }
  await carrier.wait({ attempts: CONVERSATIONS, count: 0 });
  // The last word that is accepted is the last of the order: what came before it is stored.
  juliet.send(`help@${DOMAIN}`, 'whoami');
  await juliet.waitFor(({ attrs }) => attrs.from === `help@${DOMAIN}`);

  await gateway.program.end('SIGKILL');
  await carrier.mode({ mode: 'accept', statuses: [] });
  const view = embeddedRedis(gateway.dir);
  const orphan = await view.pid();
  await gateway.restart();
  await gateway.ready();
  expect(await view.pid()).toBe(orphan);
  await view.rewrite();
  await gateway.program.end('SIGKILL');
  process.kill(orphan, 'SIGKILL');
  view.close();
  await gateway.restart();
  await gateway.ready();

  await carrier.wait({ count: CONVERSATIONS * EACH });
  const byNumber = Map.groupBy(await carrier.messages(), ({ to }) => to);
  let repeats = 0;
  for (let i = 0; i < CONVERSATIONS; i++) {
    const bodies = byNumber.get(numberOf(i))?.map(({ body }) => body) ?? [];
    const once = [...new Set(bodies)];
    repeats += bodies.length - once.length;
    expect(once).toEqual(Array.from({ length: EACH }, (_, n) => `${i}-${n}`));
  }
  expect(repeats).toBe(0);
});
