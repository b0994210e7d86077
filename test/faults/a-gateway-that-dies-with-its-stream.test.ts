import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { readHistory } from '../../src/history/sqlite-history.ts';
import { GAP_NOTICE } from '../../src/outbound/gap.ts';
import { child } from '../../src/xmpp/xml/element.ts';
import { bodyOf } from '../support/clients/client.ts';
import type { FaultHouse } from '../support/faults/fault-house.ts';
import { startFaultHouse } from '../support/faults/start-fault-house.ts';
import { DOMAIN, JULIET, ROMEO } from '../support/house.ts';

let house: FaultHouse;
let redis: Redis;
let notices = 0;
let sent = 0;
const ticked: (string | undefined)[] = [];

beforeAll(async () => {
  house = await startFaultHouse({ directions: ['xmpp-sms'] });
  redis = new Redis({ path: house.redis.socket });
  house.resident.hear((stanza) => {
    if (bodyOf(stanza) === GAP_NOTICE) notices += 1;
    ticked.push(child(stanza, 'received', 'urn:xmpp:receipts')?.attrs.id);
  });
});

afterAll(async () => {
  redis?.disconnect();
  await house?.stop();
});

/** Resolves when all that was sent has come to its end, and stands in the stories. */
async function send(count: number): Promise<void> {
  house.send(count);
  sent += count;
  await house.settled();
  const stories = readHistory(join(house.gateway.dir, 'state', 'history.sqlite'));
  const written = () => stories.latest({ account: JULIET.jid }, sent).length;
  await vi.waitUntil(() => written() === sent, { timeout: 10_000 }).finally(() => stories.close());
}

/** The process that has told whoever had to be told. */
async function holder(): Promise<string | undefined> {
  const [key] = await redis.keys('pst:*:open:*');
  return key === undefined ? undefined : (await redis.get(key))?.split(' ')[1];
}

/** Resolves when the process after `before` has a stream, and what it says on its own has arrived. */
async function told(before: string | undefined): Promise<void> {
  const isAnother = async () => ![undefined, before].includes(await holder());
  await vi.waitUntil(isAnother, { timeout: 30_000 });
  await house.settled();
}

it('nobody is told anything when the gateway ends well, and is started again', async () => {
  await send(5);
  const before = await holder();
  await house.end();
  await told(before);
  expect(notices).toBe(0);
});

it('what a user writes into the stream of a gateway that is killed is never ticked, and he is told by the next one', async () => {
  const { resident, doors } = house;
  await send(5);
  const before = await holder();
  const link = house.breaking('xmpp');
  link.flow({ is: 'black-hole' }, 'back');
  resident.raw(
    `<message type='chat' to='${ROMEO}@${DOMAIN}' id='unread'><body>unread</body><request xmlns='urn:xmpp:receipts'/></message>`,
  );
  // The server has passed it on.
  await resident.caughtUp();
  const killed = house.kill('gateway');
  await link.heal();
  await killed;
  await told(before);
  expect(notices).toBe(1);
  await send(5);
  expect(ticked).not.toContain('unread');
  const carried = await doors.sms?.carrier.messages();
  expect(carried?.map(({ body }) => body)).not.toContain('unread');
  expect(house.verdict().violations).toEqual([]);
});

it('who was told a moment ago is not told again when the gateway dies again and again', async () => {
  for (let i = 0; i < 3; i++) {
    await send(1);
    const before = await holder();
    await house.kill('gateway');
    await told(before);
  }
  expect(notices).toBe(1);
});
