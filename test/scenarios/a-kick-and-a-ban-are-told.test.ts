import { afterEach, describe, expect, it } from 'vitest';
import { refusalIn } from '../support/clients/client.ts';
import { joinRoom } from '../support/in-room.ts';
import { type IrcHouse, jidOf, startIrcHouse } from '../support/irc-house.ts';

const CHANNEL = '#verona';
const ROOM = jidOf(CHANNEL);
const ADMIN = 'http://jabber.org/protocol/muc#admin';
const OUTCASTS = "<item affiliation='outcast'/>";

let house: IrcHouse;

afterEach(() => house?.stop());

describe.each(['ngircd', 'inspircd'] as const)('at %s', (irc) => {
  it('who is kicked or banned is told by whom and why, and can come back, or not', async () => {
    house = await startIrcHouse({ irc });
    const prince = await house.person('prince');
    await prince.join(CHANNEL);
    const client = await house.client();
    const first = await joinRoom(client, ROOM, 'juliet');
    prince.send(`KICK ${CHANNEL} juliet :Hence from Verona`);
    await first.sees('-juliet 307 110 by prince (Hence from Verona)');
    first.say('Is it so?', 'out');
    const bounced = await client.waitFor(({ attrs }) => attrs.id === 'out');
    expect(refusalIn(bounced).condition).toBe('not-acceptable');

    const second = await joinRoom(client, ROOM, 'juliet');
    expect(second.shown.at(-1)).toMatch(/^topic/);
    prince.send(`MODE ${CHANNEL} +b juliet!*@*`, `KICK ${CHANNEL} juliet :thou art banished`);
    await second.sees('-juliet none/outcast 301 110 by prince (thou art banished)');
    const third = await joinRoom(client, ROOM, 'juliet');
    expect(third.shown.at(-1)).toBe('!forbidden presence juliet');
  });

  it('a moderator kicks and bans, and who is none is told so', async () => {
    house = await startIrcHouse({ irc });
    const prince = await house.person('prince');
    await prince.join(CHANNEL);
    const tybalt = await house.person('tybalt');
    await tybalt.join(CHANNEL);
    const client = await house.client();
    const juliet = await joinRoom(client, ROOM, 'juliet');
    const change = (wish: string) =>
      client.iq(
        'set',
        ROOM,
        `<query xmlns='${ADMIN}'><item ${wish}><reason>Peace</reason></item></query>`,
      );
    const refused = await change("nick='tybalt' role='none'");
    expect(refusalIn(refused).condition).toBe('forbidden');

    prince.send(`MODE ${CHANNEL} +o juliet`);
    await juliet.sees(/^\+juliet moderator/);
    expect((await change("nick='tybalt' role='none'")).attrs.type).toBe('result');
    await tybalt.line(/^:juliet!\S+ KICK #verona tybalt :Peace$/);
    await juliet.sees(/^-tybalt .*307 by juliet \(Peace\)/);

    await tybalt.join(CHANNEL);
    await juliet.sees(/^\+tybalt/);
    expect((await change("nick='tybalt' affiliation='outcast'")).attrs.type).toBe('result');
    await tybalt.line(/^:juliet!\S+ KICK #verona tybalt/);
    await juliet.sees(/^-tybalt .*30[17] by juliet/);
    tybalt.send(`JOIN ${CHANNEL}`);
    await tybalt.line(/^:\S+ 474 /);
    const outcasts = await client.iq('get', ROOM, `<query xmlns='${ADMIN}'>${OUTCASTS}</query>`);
    expect(JSON.stringify(outcasts)).toContain('40127.0.0.1@irc.localhost');
  });
});
