import { afterEach, expect, it } from 'vitest';
import { joinRoom } from '../support/in-room.ts';
import { type IrcHouse, jidOf, startIrcHouse } from '../support/irc-house.ts';

const CHANNEL = '#verona';
const ROOM = jidOf(CHANNEL);

let house: IrcHouse;

afterEach(() => house?.stop());

it.each(['prosody', 'ejabberd'] as const)(
  'behind %s, a client that is in no longer finds it out by a ping to itself',
  async (server) => {
    house = await startIrcHouse({ server });
    const prince = await house.person('prince');
    await prince.join(CHANNEL);
    const [client, other] = await Promise.all([house.client(), house.client()]);
    const first = await joinRoom(client, ROOM, 'juliet');
    expect(await first.selfPing('juliet')).toBe('iq result juliet');
    // It is in there as another one of the same user: this one is not.
    const elsewhere = await joinRoom(other, ROOM, 'juliet');
    elsewhere.leave();
    await elsewhere.sees(/^-juliet/);
    expect(await elsewhere.selfPing('juliet')).toBe('!not-acceptable iq juliet');
    expect(await first.selfPing('juliet')).toBe('iq result juliet');

    await house.gateway.program.end('SIGKILL');
    // Else her nick may be taken, by herself.
    await prince.line(/^:juliet!\S+ QUIT/);
    await house.gateway.restart();
    await house.gateway.ready();
    expect(await first.selfPing('juliet')).toBe('!not-acceptable iq juliet');
    const second = await joinRoom(client, ROOM, 'juliet');
    expect(await second.selfPing('juliet')).toBe('iq result juliet');
    expect(await second.selfPing('prince')).toBe('iq result prince');
    expect(await second.selfPing('rosaline')).toBe('!item-not-found iq rosaline');

    prince.send(`KICK ${CHANNEL} juliet :Hence`);
    await second.sees(/^-juliet .*307/);
    expect(await second.selfPing('juliet')).toBe('!not-acceptable iq juliet');
  },
);
