import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodyOf } from '../support/clients/client.ts';
import { joinRoom } from '../support/in-room.ts';
import { type IrcHouse, jidOf, startIrcHouse } from '../support/irc-house.ts';

const CHANNEL = '#verona';
const HELPER = jidOf('x').replace(/^.*@/, 'help@');

let house: IrcHouse;

beforeAll(async () => {
  house = await startIrcHouse();
});

afterAll(() => house?.stop());

it('who unregisters is out of every room, and off the network', async () => {
  const romeo = await house.person('romeo');
  await romeo.join(CHANNEL);
  const client = await house.client();
  const room = await joinRoom(client, jidOf(CHANNEL), 'juliet');
  await romeo.line(/^:juliet!\S+ JOIN /);

  client.send(HELPER, 'unregister');
  await romeo.line(/^:juliet!\S+ QUIT/);
  await room.sees(/^-juliet /);
  const answer = await client.waitFor(
    (stanza) => stanza.attrs.from === HELPER && bodyOf(stanza) !== undefined,
  );
  expect(bodyOf(answer)).toContain('not registered here any more');

  const again = await joinRoom(client, jidOf(CHANNEL), 'juliet');
  await romeo.line(/^:juliet!\S+ JOIN /);
  again.say('Parting is such sweet sorrow', 'm1');
  expect(await romeo.hears('juliet', CHANNEL)).toBe('Parting is such sweet sorrow');
});
