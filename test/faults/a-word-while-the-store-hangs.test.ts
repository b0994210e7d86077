import { afterAll, beforeAll, expect, it } from 'vitest';
import { child } from '../../src/xmpp/xml/element.ts';
import { refusalIn, type XmppClient } from '../support/clients/client.ts';
import { embeddedRedis } from '../support/embedded-redis.ts';
import { DOMAIN, type House, startHouse } from '../support/house.ts';

let house: House;
let juliet: XmppClient;

beforeAll(async () => {
  house = await startHouse();
  juliet = await house.client();
});

afterAll(() => house?.stop());

it('a word to the helper while the store hangs gets an error, and no receipt', async () => {
  const view = embeddedRedis(house.gateway.dir);
  const pid = await view.pid();
  view.close();
  process.kill(pid, 'SIGSTOP');
  try {
    juliet.send(`help@${DOMAIN}`, 'whoami', { id: 'asked', receipt: true });
    const refused = await juliet.waitFor(({ attrs }) => attrs.id === 'asked');
    expect(refusalIn(refused)).toMatchObject({ condition: 'resource-constraint', type: 'wait' });
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const received = juliet.rest.filter((stanza) => child(stanza, 'received', 'urn:xmpp:receipts'));
  expect(received).toEqual([]);
});
