import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { readHistory } from '../../src/history/sqlite-history.ts';
import { GAP_NOTICE } from '../../src/outbound/gap.ts';
import { bodyOf } from '../support/clients/client.ts';
import { type GatewayProcess, startGateway } from '../support/gateway.ts';
import { configuration, DOMAIN, type House, JULIET, ROMEO, startHouse } from '../support/house.ts';

const COUNT = 20;

let house: House;
let standby: GatewayProcess;

beforeAll(async () => {
  house = await startHouse();
  standby = await startGateway({
    config: configuration(house.server, house.carrier),
    dir: house.gateway.dir,
  });
});

afterAll(async () => {
  await standby?.stop();
  await house?.stop();
});

it('the owner is paused in mid-send until a stand-by has taken over, then goes on: at most one request an intent, and who was writing is told', async () => {
  const { carrier, gateway } = house;
  const juliet = await house.client();
  await carrier.mode({ mode: 'hold', statuses: [] });
  for (let i = 0; i < COUNT; i++) juliet.send(`${ROMEO}@${DOMAIN}`, String(i));
  await carrier.wait({ attempts: 1, count: 1 });
  const stories = readHistory(join(gateway.dir, 'state', 'history.sqlite'));
  await vi
    .waitUntil(() => stories.latest({ account: JULIET.jid }, 1).length > 0, { timeout: 10_000 })
    .finally(() => stories.close());

  gateway.program.signal('SIGSTOP');
  await standby.ready();
  // What she writes meanwhile may lie in the stream of the one that is paused.
  await juliet.waitFor((stanza) => bodyOf(stanza) === GAP_NOTICE);
  await carrier.mode({ mode: 'accept', statuses: [] });
  gateway.program.signal('SIGCONT');
  await gateway.program.printed(
    ({ msg }) => msg === 'this process does not serve the transport any more',
  );
  await carrier.release();
  await carrier.wait({ count: COUNT });

  const carried = await carrier.messages();
  // The first was taken by the carrier although its answer was never seen: it was asked for, not repeated.
  expect(carried.map(({ body }) => body)).toEqual(
    Array.from({ length: COUNT }, (_, i) => String(i)),
  );
  expect(await carrier.attempts()).toHaveLength(COUNT);
}, 240_000);
