import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GatewayProcess, startGateway } from '../support/gateway.ts';
import { configuration, DOMAIN, type House, ROMEO, startHouse } from '../support/house.ts';

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

it('the owner is paused in mid-send until a stand-by has taken over, then goes on: at most one request an intent', async () => {
  const { carrier, gateway } = house;
  const juliet = await house.client();
  await carrier.mode({ mode: 'hold', statuses: [] });
  for (let i = 0; i < COUNT; i++) juliet.send(`${ROMEO}@${DOMAIN}`, String(i));
  await carrier.wait({ attempts: 1, count: 1 });

  gateway.program.signal('SIGSTOP');
  await standby.ready();
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
