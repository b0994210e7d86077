import { afterEach, describe, expect, it } from 'vitest';
import { joinRoom, stanzaIdOf } from '../support/in-room.ts';
import { type IrcHouse, jidOf, startIrcHouse } from '../support/irc-house.ts';

const CHANNEL = '#verona';
const ROOM = jidOf(CHANNEL);
const PASSWORD = 'montague';

let house: IrcHouse;

afterEach(() => house?.stop());

describe.each([
  ['SIGTERM', 'prosody'],
  ['SIGKILL', 'prosody'],
  ['SIGTERM', 'ejabberd'],
  ['SIGKILL', 'ejabberd'],
] as const)('after %s, behind %s', (signal, server) => {
  it('Postern restarts, and its users are in their rooms again', async () => {
    house = await startIrcHouse({ server });
    const romeo = await house.person('romeo');
    await romeo.join(CHANNEL);
    romeo.send(`MODE ${CHANNEL} +k ${PASSWORD}`);
    await romeo.settled();
    const client = await house.client();
    const before = await joinRoom(client, ROOM, 'juliet', 0, PASSWORD);
    await romeo.line(/^:juliet!\S+ JOIN /);
    before.say('Come, gentle night', 'm1');
    const said = await before.sees('juliet: Come, gentle night');
    expect(await romeo.hears('juliet', CHANNEL)).toBe('Come, gentle night');

    // Its receipt proves that all before it is settled: what was not yet may end in doubt.
    client.send(jidOf('romeo'), 'Take all myself', { receipt: true });
    await client.waitFor(({ children }) =>
      children.some((each) => typeof each !== 'string' && each.name === 'received'),
    );

    await house.gateway.program.end(signal);
    await romeo.line(/^:juliet!\S+ QUIT/);
    // Whatever ended the last process, the next one tells it: there is somebody to come back to.
    expect(before.rest).toEqual([]);
    await house.gateway.restart();
    await house.gateway.ready();
    await before.sees(/^-juliet .*333/);
    await before.sees(/^-juliet .*332/);
    // She is in before the client asks.
    await romeo.line(/^:juliet!\S+ JOIN /);
    expect(before.rest).toEqual([]);

    const after = await joinRoom(client, ROOM, 'juliet', 10, PASSWORD);
    expect(after.shown.map((words) => words.split(' ')[0])).toEqual([
      ...['+romeo', '+juliet', 'juliet,', 'topic'],
    ]);
    romeo.say(CHANNEL, 'It is the east');
    await after.sees('romeo: It is the east');
    expect(await after.archiveAfter(stanzaIdOf(said))).toEqual(['romeo: It is the east']);
    after.say('Come, loving night', 'm2');
    expect(await romeo.hears('juliet', CHANNEL)).toBe('Come, loving night');
    await after.sees('juliet: Come, loving night');
    // Who he is was not known before he said something.
    expect(after.rest).toEqual(['+romeo moderator/admin']);
  });
});
