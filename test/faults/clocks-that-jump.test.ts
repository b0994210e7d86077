import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodyOf } from '../support/clients/client.ts';
import { FakeClock } from '../support/fake-clock.ts';
import type { FaultHouse } from '../support/faults/fault-house.ts';
import { startFaultHouse } from '../support/faults/start-fault-house.ts';
import { tableOf } from '../support/faults/verdict-table.ts';
import { JULIET, ROMEO } from '../support/house.ts';

const HOUR_MS = 60 * 60_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const MESSAGES = 12;
/** What F40 allows, and what a text takes whose fate has to be asked for. */
const NO_STALL_MS = 60_000;

let clock: FakeClock;
let house: FaultHouse;

beforeAll(async () => {
  clock = await FakeClock.start();
  house = await startFaultHouse({
    directions: ['xmpp-sms', 'xmpp-mail', 'sms-xmpp', 'mail-xmpp'],
    clock,
  });
});

afterAll(async () => {
  await house?.stop();
  await clock?.stop();
});

it.for([
  ['that of the gateway is set a week ahead', { gateway: WEEK_MS, redis: 0 }],
  ['that of Redis, too', { gateway: WEEK_MS, redis: WEEK_MS }],
  ['both are set right', { gateway: 0, redis: 0 }],
  ['that of the gateway is set back by an hour', { gateway: -HOUR_MS, redis: 0 }],
  ['that of Redis, too', { gateway: -HOUR_MS, redis: -HOUR_MS }],
  ['that of the gateway is right again', { gateway: 0, redis: -HOUR_MS }],
] as const)(
  'under traffic, while a text waits and the fate of one is unknown, %s: nothing stands still, nothing is tried in a storm, nothing comes twice',
  async ([, offsets]) => {
    const { carrier } = house.doors.sms ?? {};
    if (carrier === undefined) throw new Error('there is no carrier');
    const before = (await carrier.attempts()).length;
    // One that the carrier takes and never answers for, and one that it asks to come again.
    await carrier.mode({
      next: [
        { mode: 'drop-after', statuses: [] },
        { mode: 'throttle', retryAfterSeconds: 2 },
      ],
    });
    house.send(MESSAGES / 2);
    await carrier.wait({ attempts: before + 1 });
    await clock.set('gateway', offsets.gateway);
    await clock.set('redis', offsets.redis);
    house.send(MESSAGES / 2);
    await house.settled(NO_STALL_MS);

    const verdict = house.verdict();
    expect(verdict.violations, tableOf(verdict)).toEqual([]);
    // Each once, and once more whatever was refused or unknown.
    expect((await carrier.attempts()).length - before).toBeLessThanOrEqual(MESSAGES + 4);
  },
);

it('what came before the clocks were set is known when it comes again', async () => {
  const { sms } = house.doors;
  const heard: (string | undefined)[] = [];
  house.resident.hear((stanza) => heard.push(bodyOf(stanza)));
  const text = { from: ROMEO, to: JULIET.number, body: 'once' };
  const { sid } = (await sms?.post(text)) ?? { sid: '' };
  expect(sid).not.toBe('');
  await house.resident.until(() => heard.includes(text.body));
  await clock.set('gateway', WEEK_MS - HOUR_MS);
  await clock.set('redis', -HOUR_MS);
  await sms?.post({ ...text, sid });
  await clock.set('gateway', -HOUR_MS);
  await sms?.post({ ...text, sid });
  await house.settled(NO_STALL_MS);
  expect(heard.filter((body) => body === text.body)).toHaveLength(1);
});
