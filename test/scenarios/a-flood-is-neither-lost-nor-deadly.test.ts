import { afterEach, expect, it } from 'vitest';
import { joinRoom } from '../support/in-room.ts';
import { type IrcHouse, jidOf, startIrcHouse } from '../support/irc-house.ts';

const CHANNEL = '#verona';
const LINES = Array.from({ length: 200 }, (_, n) => `line ${n} of many that are written at once`);

let house: IrcHouse;

afterEach(() => house?.stop());

// ngIRCd reads three lines a second, and acknowledges a text by a PONG alone: two minutes.
it('two hundred lines at once are all heard, in order, and nobody is thrown out for them', async () => {
  house = await startIrcHouse({ ircServer: { pace: 'relaxed' } });
  const romeo = await house.person('romeo');
  await romeo.join(CHANNEL);
  const juliet = await joinRoom(await house.client(), jidOf(CHANNEL), 'juliet');
  for (const [n, text] of LINES.entries()) juliet.say(text, `m${n}`);
  const heard: string[] = [];
  while (heard.length < LINES.length) heard.push(await romeo.hears('juliet', CHANNEL));
  expect(heard).toEqual(LINES);
  for (const n of LINES.keys()) {
    expect((await juliet.sees(/^juliet: /)).attrs.id).toBe(`m${n}`);
  }
  await romeo.settled();
  expect(romeo.rest.filter((line) => /^:juliet!\S+ (?:QUIT|PRIVMSG)/.test(line))).toEqual([]);
  expect(juliet.rest).toEqual([]);
}, 300_000);
