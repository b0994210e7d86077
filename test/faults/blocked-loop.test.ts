import { expect, it, onTestFinished } from 'vitest';
import { aged } from '../support/aged-server.ts';
import { startGateway } from '../support/gateway.ts';
import { configuration, DOMAIN, ROMEO, startHouse } from '../support/house.ts';

const COUNT = 20;
/** All are accepted by then. */
const AT = 10;

/** A lease lasts 30 s: after two thirds of it nothing may leave any more, and somebody else may have it. */
it.concurrent.each([
  { point: 'send.before', ms: 5_000, isKept: true },
  { point: 'send.before', ms: 25_000, isKept: false },
  { point: 'send.left', ms: 25_000, isKept: false },
  { point: 'settle.before', ms: 25_000, isKept: false },
])(
  'the event loop is blocked for $ms ms at $point, and a stand-by is there: each text leaves once, in order',
  async ({ point, ms, isKept }) => {
    const where = point === 'send.left' ? '' : '@sms.o';
    const house = await startHouse({
      env: { POSTERN_CRASH_AT: `${point}:${AT}${where} for ${ms} ms after SIGUSR2` },
    });
    onTestFinished(() => house.stop());
    await aged();
    const { carrier, gateway, server } = house;
    const standby = await startGateway({
      config: configuration(server, carrier),
      dir: gateway.dir,
    });
    onTestFinished(() => standby.stop());
    const juliet = await house.client();
    await carrier.mode({ mode: 'accept', statuses: [] });
    gateway.program.signal('SIGUSR2');
    await gateway.program.printed(({ msg }) => msg === 'crash point armed');
    for (let i = 0; i < COUNT; i++) juliet.send(`${ROMEO}@${DOMAIN}`, String(i));

    await gateway.program.printed(({ msg }) => msg === 'crash point left');
    if (!isKept) {
      await gateway.program.printed(
        ({ msg }) => msg === 'this process does not serve the transport any more',
      );
      await Promise.any([gateway.ready(), standby.ready()]);
    }
    // Whatever is sent for a second time is sent before what comes last.
    await carrier.wait({ count: COUNT });
    juliet.send(`${ROMEO}@${DOMAIN}`, 'last');
    await carrier.wait({ count: COUNT + 1 });

    const carried = await carrier.messages();
    const inOrder = [...Array.from({ length: COUNT }, (_, i) => String(i)), 'last'];
    expect(carried.map(({ body }) => body)).toEqual(inOrder);
    expect(await carrier.attempts()).toHaveLength(COUNT + 1);
    const isServed = !gateway.output.includes('does not serve the transport any more');
    expect(isServed).toBe(isKept);
  },
  300_000,
);
