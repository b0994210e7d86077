import { afterEach, describe, expect, it } from 'vitest';
import { bodyOf, refusalIn } from '../support/clients/client.ts';
import { joinRoom } from '../support/in-room.ts';
import { type IrcHouse, jidOf, startIrcHouse } from '../support/irc-house.ts';

const CHANNEL = '#verona';

let house: IrcHouse;

afterEach(() => house?.stop());

describe.each(['ngircd', 'inspircd'] as const)('at %s', (irc) => {
  it('private words cross both ways, with a contact and from a room', async () => {
    house = await startIrcHouse({ irc });
    const romeo = await house.person('romeo');
    await romeo.join(CHANNEL);
    const client = await house.client();
    client.send(jidOf('romeo'), 'Art thou not Romeo?', { id: 'p1', receipt: true });
    const asked = await romeo.line(/^:\S+ PRIVMSG romeo :?Art thou not Romeo\?$/);
    const nick = asked.slice(1, asked.indexOf('!'));
    await client.waitFor(({ children }) =>
      children.some((each) => typeof each !== 'string' && each.name === 'received'),
    );
    romeo.say(nick, 'Neither, fair maid');
    const answer = await client.waitFor((stanza) => bodyOf(stanza) === 'Neither, fair maid');
    expect(answer.attrs).toMatchObject({ type: 'chat' });
    expect(answer.attrs.from?.split('/')[0]).toBe(jidOf('romeo'));

    const room = await joinRoom(client, jidOf(CHANNEL), 'juliet');
    client.raw(
      `<message type='chat' to='${jidOf(CHANNEL)}/romeo' id='p2'><body>How cam'st thou?</body><x xmlns='http://jabber.org/protocol/muc#user'/></message>`,
    );
    expect(await romeo.line(/PRIVMSG romeo/)).toMatch(/ :?How cam'st thou\?$/);
    romeo.say(CHANNEL, 'With love');
    await room.sees('romeo: With love');
    expect(room.rest.filter((words) => words.includes('cam'))).toEqual([]);
  });

  it('words to nobody come back as an error', async () => {
    house = await startIrcHouse({ irc });
    const client = await house.client();
    client.send(jidOf('rosaline'), 'Art thou there?', { id: 'p3' });
    const bounced = await client.waitFor(({ attrs }) => attrs.id === 'p3');
    expect(refusalIn(bounced).condition).toMatch(/^(?:item-not-found|recipient-unavailable)$/);
  });
});
