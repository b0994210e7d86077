import { afterEach, expect, it } from 'vitest';
import { bodyOf } from '../support/clients/client.ts';
import { type Profanity, startProfanity } from '../support/clients/profanity.ts';
import { type SlixmppClient, startSlixmpp } from '../support/clients/slixmpp.ts';
import { JULIET, NURSE } from '../support/house.ts';
import { type IrcHouse, jidOf, startIrcHouse } from '../support/irc-house.ts';

const CHANNEL = '#verona';
const ROOM = jidOf(CHANNEL);

let house: IrcHouse;
let profanity: Profanity | undefined;
let slixmpp: SlixmppClient | undefined;

afterEach(async () => {
  await profanity?.stop();
  await slixmpp?.stop();
  await house?.stop();
});

it('two unlike clients share a channel, and see no message twice, no ghost and no wrong nick', async () => {
  house = await startIrcHouse({ irc: 'inspircd' });
  const { host, c2sPort: port } = house.server;
  const romeo = await house.person('romeo');
  await romeo.join(CHANNEL);
  slixmpp = await startSlixmpp({ ...JULIET, host, port });
  profanity = await startProfanity({ ...NURSE, host, port });
  expect(await slixmpp.join(ROOM, 'juliet', 0)).toMatchObject({
    joined: 'juliet',
    occupants: expect.arrayContaining(['romeo', 'juliet']),
  });
  profanity.type(`/join ${ROOM} nick nurse`);
  await romeo.line(/^:nurse!\S+ JOIN /);
  await profanity.shows(/Room joined|joined the room|-> You have joined/i, /romeo/);

  const told: string[] = [];
  for (let round = 1; round <= 3; round++) {
    const said = [`romeo says ${round}.`, `juliet says ${round}.`, `nurse says ${round}.`] as const;
    romeo.say(CHANNEL, said[0]);
    await profanity.shows(new RegExp(said[0]));
    slixmpp.raw(
      `<message type='groupchat' to='${ROOM}' id='m${round}'><body>${said[1]}</body></message>`,
    );
    await profanity.shows(new RegExp(said[1]));
    profanity.type(said[2]);
    expect(await romeo.hears('nurse', CHANNEL)).toBe(said[2]);
    told.push(...said);
  }
  const seen: string[] = [];
  while (seen.length < told.length) {
    const message = await slixmpp.waitFor((stanza) => bodyOf(stanza) !== undefined);
    seen.push(`${message.attrs.from?.slice(ROOM.length + 1)}: ${bodyOf(message)}`);
  }
  expect(seen).toEqual(told.map((text) => `${text.split(' ')[0]}: ${text}`));
  romeo.say(CHANNEL, 'That is all.');
  const screen = await profanity.shows(/That is all\./);
  const shown = [...screen.matchAll(/(\w+): (\w+ says \d\.)/g)].map(([line]) => line);
  expect(shown).toEqual(seen);
  expect(await slixmpp.occupants(ROOM)).toEqual(['juliet', 'nurse', 'romeo']);

  profanity.type('/close');
  await romeo.line(/^:nurse!\S+ (?:PART|QUIT)/);
  await slixmpp.waitFor(
    ({ attrs }) => attrs.from === `${ROOM}/nurse` && attrs.type === 'unavailable',
  );
  expect(await slixmpp.occupants(ROOM)).toEqual(['juliet', 'romeo']);
  const rest = slixmpp.rest.map(bodyOf).filter((body) => body !== undefined);
  expect(rest).toEqual(['That is all.']);
});
