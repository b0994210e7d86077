import { afterEach, expect, it } from 'vitest';
import { type House, startHouse } from '../support/house.ts';
import { joinRoom } from '../support/in-room.ts';
import { doorTo, jidOf } from '../support/irc-house.ts';
import { type CrowdedIrc, startCrowdedIrc } from '../support/peers/crowded-irc.ts';

const CHANNEL = '#verona';
const CROWD = Array.from({ length: 500 }, (_, n) => `citizen${n}`);
const SPLIT = 'hub.example leaf.example';

let irc: CrowdedIrc | undefined;
let house: House | undefined;

afterEach(async () => {
  await house?.stop();
  await irc?.stop();
});

it('five hundred go at once, which is one line, and come back', async () => {
  irc = await startCrowdedIrc(CHANNEL, ['romeo', ...CROWD]);
  house = await startHouse({ beside: doorTo(irc) });
  const room = jidOf(CHANNEL);
  const juliet = await joinRoom(await house.client(), room, 'juliet');
  expect(juliet.shown).toHaveLength(CROWD.length + 3);

  irc.say(...CROWD.map((nick) => `:${nick}!u@${nick}.example QUIT :${SPLIT}`));
  irc.say(`:romeo!u@romeo.example PRIVMSG ${CHANNEL} :Where are they?`);
  await juliet.sees('romeo: Where are they?');
  const seen = [...juliet.rest];
  const gone = seen.filter((words) => words.startsWith('-citizen'));
  expect(gone).toHaveLength(CROWD.length);
  // Who he is was not known before he said something.
  expect(seen.filter((words) => !/^-citizen|^\+romeo$/.test(words))).toEqual([
    expect.stringContaining('leaf.example'),
  ]);
  const orchard = await joinRoom(await house.client(), room, 'juliet');
  expect(orchard.shown.map((words) => words.split(' ')[0])).toEqual(['+romeo', '+juliet', 'topic']);

  irc.say(...CROWD.map((nick) => `:${nick}!u@${nick}.example JOIN ${CHANNEL}`));
  irc.say(`:romeo!u@romeo.example PRIVMSG ${CHANNEL} :All are here`);
  for (const client of [juliet, orchard]) await client.sees('romeo: All are here');
  expect(orchard.rest.filter((words) => words.startsWith('+citizen'))).toHaveLength(CROWD.length);
});
