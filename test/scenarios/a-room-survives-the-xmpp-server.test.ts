import { afterEach, expect, it } from 'vitest';
import { joinRoom, stanzaIdOf } from '../support/in-room.ts';
import { type IrcHouse, jidOf, startIrcHouse } from '../support/irc-house.ts';

const CHANNEL = '#verona';
const ROOM = jidOf(CHANNEL);

let house: IrcHouse;

afterEach(() => house?.stop());

it.each(['prosody', 'ejabberd'] as const)(
  '%s dies and comes back, and a client finds in the archive what it has missed',
  async (server) => {
    house = await startIrcHouse({ server });
    const romeo = await house.person('romeo');
    await romeo.join(CHANNEL);
    const before = await joinRoom(await house.client(), ROOM, 'juliet');
    romeo.say(CHANNEL, 'before');
    const last = await before.sees('romeo: before');
    await romeo.line(/^:juliet!\S+ JOIN /);

    await house.server.kill('SIGKILL');
    const missed = ['one', 'two', 'three', 'four', 'five'].map(
      (word) => `while it is dead: ${word}`,
    );
    for (const text of missed) romeo.say(CHANNEL, text);
    await romeo.settled();
    await house.server.restart();
    await house.gateway.ready();

    const client = await house.client();
    const after = await joinRoom(client, ROOM, 'juliet');
    expect(after.shown.map((words) => words.split(' ')[0])).toEqual(['+romeo', '+juliet', 'topic']);
    romeo.say(CHANNEL, 'after');
    await after.sees('romeo: after');
    expect(await after.archiveAfter(stanzaIdOf(last))).toEqual(
      [...missed, 'after'].map((text) => `romeo: ${text}`),
    );
    // On IRC nobody has noticed.
    expect(romeo.rest.filter((line) => line.startsWith(':juliet'))).toEqual([]);
    expect(after.rest).toEqual([]);
  },
);
