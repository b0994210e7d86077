import { afterEach, expect, it } from 'vitest';
import { joinRoom, stanzaIdOf } from '../support/in-room.ts';
import { type IrcHouse, jidOf, startIrcHouse } from '../support/irc-house.ts';

const CHANNEL = '#verona';

let house: IrcHouse;

afterEach(() => house?.stop());

it('a client that saw a line can ask by it for what came later, though Postern was killed at once', async () => {
  house = await startIrcHouse({ server: 'prosody' });
  const romeo = await house.person('romeo');
  await romeo.join(CHANNEL);
  const client = await house.client();
  const before = await joinRoom(client, jidOf(CHANNEL), 'juliet', 0);
  romeo.say(CHANNEL, 'But soft');
  const seen = await before.sees('romeo: But soft');
  await house.gateway.program.end('SIGKILL');
  await house.gateway.restart();
  await house.gateway.ready();
  await before.sees(/^-juliet /);

  const after = await joinRoom(client, jidOf(CHANNEL), 'juliet', 0);
  romeo.say(CHANNEL, 'It is the east');
  await after.sees('romeo: It is the east');
  expect(await after.archiveAfter(stanzaIdOf(seen))).toEqual(['romeo: It is the east']);
});
