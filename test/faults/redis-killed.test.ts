import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Element } from '../../src/xmpp/xml/element.ts';
import { bodyOf } from '../support/clients/client.ts';
import { embeddedRedis } from '../support/embedded-redis.ts';
import { DOMAIN, type House, JULIET, ROMEO, startHouse } from '../support/house.ts';

const CONVERSATIONS = 5;
const EACH = 40;
const numberOf = (i: number) => `+1202555030${i}`;

let house: House;

beforeAll(async () => {
  house = await startHouse();
});

afterAll(() => house?.stop());

it('Redis is killed under traffic both ways: what was accepted arrives once and in order, and of the rest its sender is told', async () => {
  const { carrier, gateway } = house;
  const juliet = await house.client();
  const view = embeddedRedis(gateway.dir);
  const pid = await view.pid();
  view.close();

  const all: string[] = [];
  const post = (body: string) => carrier.text({ from: ROMEO, to: JULIET.number, body });
  const answers = [];
  for (let n = 0; n < EACH; n++) {
    for (let i = 0; i < CONVERSATIONS; i++) {
      all.push(`${i}-${n}`);
      juliet.send(`${numberOf(i)}@${DOMAIN}`, `${i}-${n}`, { id: `${i}-${n}` });
    }
    if (n === EACH / 2) {
      await carrier.wait({ count: CONVERSATIONS });
      process.kill(pid, 'SIGKILL');
    }
    answers.push({ body: `in ${n}`, answer: await post(`in ${n}`) });
  }

  // What was refused has come back before the answer to the last word, and the rest is carried.
  juliet.send(`help@${DOMAIN}`, 'whoami');
  await juliet.waitFor(({ attrs }) => attrs.from === `help@${DOMAIN}`);
  const refused = new Set(juliet.rest.filter(isError).map(({ attrs }) => attrs.id));
  for (const body of all.filter((each) => !refused.has(each))) {
    await carrier.wait({ body, count: 1 });
  }
  const byNumber = Map.groupBy(await carrier.messages(), ({ to }) => to);
  for (let i = 0; i < CONVERSATIONS; i++) {
    const bodies = byNumber.get(numberOf(i))?.map(({ body }) => body) ?? [];
    expect(bodies).toEqual(all.filter((body) => body.startsWith(`${i}-`) && bodies.includes(body)));
  }

  const taken = answers.filter(({ answer }) => isTaken(answer)).map(({ body }) => body);
  expect(taken.length).toBeGreaterThan(EACH / 2);
  await post('the last');
  const arrived: string[] = [];
  while (arrived.at(-1) !== 'the last') {
    const text = await juliet.waitFor(({ attrs }) => attrs.from === `${ROMEO}@${DOMAIN}`);
    arrived.push(bodyOf(text) ?? '');
  }
  expect(arrived.filter((body) => taken.includes(body))).toEqual(taken);
  expect(new Set(arrived).size).toBe(arrived.length);
});

function isTaken(answer: unknown): boolean {
  const { status } = (answer as { answer: { status: number } }).answer;
  return status >= 200 && status < 300;
}

function isError({ attrs }: Element): boolean {
  return attrs.type === 'error';
}
