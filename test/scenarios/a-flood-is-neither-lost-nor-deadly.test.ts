import { expect, it } from 'vitest';
import { joinRoom } from '../support/in-room.ts';
import { jidOf, startIrcHouse } from '../support/irc-house.ts';

const CHANNEL = '#verona';
const LINES = Array.from({ length: 200 }, (_, n) => `line ${n} of many that are written at once`);

// Both read three lines a second, and ngIRCd acknowledges a text by a PONG alone: two minutes, side by side.
it.concurrent.for(['ngircd', 'inspircd'] as const)(
  'at %s two hundred lines at once are all heard, in order, and nobody is thrown out for them',
  { timeout: 300_000 },
  async (irc, { onTestFinished }) => {
    const house = await startIrcHouse({ irc, linesPerSecond: 3, ircServer: { pace: 'relaxed' } });
    onTestFinished(() => house.stop());
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
  },
);
