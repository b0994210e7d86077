import { afterAll, beforeAll, expect, it } from 'vitest';
import { GAP_NOTICE } from '../../src/outbound/gap.ts';
import { child } from '../../src/xmpp/xml/element.ts';
import { bodyOf } from '../support/clients/client.ts';
import type { FaultHouse } from '../support/faults/fault-house.ts';
import { startFaultHouse } from '../support/faults/start-fault-house.ts';
import { DOMAIN, ROMEO } from '../support/house.ts';

let house: FaultHouse;

beforeAll(async () => {
  house = await startFaultHouse({ directions: ['xmpp-sms'] });
});

afterAll(() => house?.stop());

it('what a user writes into a stream that dies unread is never ticked, and he is told once', async () => {
  const { resident, doors } = house;
  let notices = 0;
  const ticked: (string | undefined)[] = [];
  resident.hear((stanza) => {
    if (bodyOf(stanza) === GAP_NOTICE) notices += 1;
    ticked.push(child(stanza, 'received', 'urn:xmpp:receipts')?.attrs.id);
  });
  house.send(5);
  await house.settled();

  const link = house.breaking('xmpp');
  link.flow({ is: 'black-hole' }, 'back');
  resident.raw(
    `<message type='chat' to='${ROMEO}@${DOMAIN}' id='unread'><body>unread</body><request xmlns='urn:xmpp:receipts'/></message>`,
  );
  // The server has passed it on.
  await resident.caughtUp();
  await link.heal();
  await resident.until(() => notices > 0);

  house.send(5);
  await house.settled();
  expect(notices).toBe(1);
  expect(ticked).not.toContain('unread');
  const carried = await doors.sms?.carrier.messages();
  expect(carried?.map(({ body }) => body)).not.toContain('unread');
  expect(house.verdict().violations).toEqual([]);
});
