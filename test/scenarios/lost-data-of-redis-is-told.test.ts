import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodyOf, type XmppClient } from '../support/clients/client.ts';
import { embeddedRedis } from '../support/embedded-redis.ts';
import { ADMIN, DOMAIN, type House, startHouse } from '../support/house.ts';

let house: House;
let ops: XmppClient;

beforeAll(async () => {
  house = await startHouse();
  ops = await house.client(ADMIN);
});

afterAll(() => house?.stop());

const LOST = /Redis has lost its data.*holds.*accounts/s;
const isLost = (stanza: Parameters<typeof bodyOf>[0]) => LOST.test(bodyOf(stanza) ?? '');

/** Once: what was said before an answer has come before it. */
async function toldOnce(): Promise<void> {
  await ops.waitFor(isLost);
  ops.send(DOMAIN, 'whoami');
  await ops.waitFor((stanza) => bodyOf(stanza)?.includes(ADMIN.jid) === true);
  expect(ops.rest.filter(isLost)).toEqual([]);
}

it('Redis is emptied while the gateway runs: the administrator hears it, once', async () => {
  const { redis, close } = embeddedRedis(house.gateway.dir);
  await redis.flushall();
  close();
  await toldOnce();
});

it('the data of Redis is removed before a start: the administrator hears it, once', async () => {
  await house.gateway.program.end();
  await rm(join(house.gateway.dir, 'state', 'redis'), { recursive: true });
  await house.gateway.restart();
  await house.gateway.ready();
  await toldOnce();
  await house.gateway.program.end();
  await house.gateway.restart();
  await house.gateway.ready();
  ops.send(DOMAIN, 'whoami');
  await ops.waitFor((stanza) => bodyOf(stanza)?.includes(ADMIN.jid) === true);
  expect(ops.rest.filter(isLost)).toEqual([]);
});
