import { afterEach, describe, expect, it } from 'vitest';
import { joinRoom } from '../support/in-room.ts';
import { type IrcHouse, jidOf, startIrcHouse } from '../support/irc-house.ts';

const CHANNEL = '#verona';

let house: IrcHouse;

afterEach(() => house?.stop());

describe.each([
  ['ngircd', 'prosody'],
  ['inspircd', 'prosody'],
  ['inspircd', 'ejabberd'],
] as const)('at %s, behind %s', (irc, server) => {
  it('a user joins from two clients as one, and is out when the last of them leaves', async () => {
    house = await startIrcHouse({ irc, server });
    const romeo = await house.person('romeo');
    await romeo.join(CHANNEL);
    const [first, second] = await Promise.all([house.client(), house.client()]);
    const balcony = await joinRoom(first, jidOf(CHANNEL), 'juliet');
    expect(balcony.shown.map((words) => words.split(' ')[0])).toEqual([
      '+romeo',
      '+juliet',
      'topic',
    ]);
    await romeo.line(/^:juliet!\S+ JOIN /);
    const orchard = await joinRoom(second, jidOf(CHANNEL), 'capulet');
    // It has the nick that there is, and is told so (XEP-0045 §7.2.2).
    expect(orchard.shown).toEqual(
      balcony.shown.map((words) => words.replace(/^\+juliet.*/, (own) => `${own} 210`)),
    );

    balcony.say('Ay me', 'one');
    expect(await romeo.hears('juliet', CHANNEL)).toBe('Ay me');
    romeo.say(CHANNEL, 'She speaks');
    for (const client of [balcony, orchard]) {
      expect((await client.sees('juliet: Ay me')).attrs.id).toBe('one');
      await client.sees('romeo: She speaks');
    }

    orchard.leave();
    await orchard.sees(/^-juliet 110/);
    balcony.say('O Romeo', 'two');
    expect(await romeo.hears('juliet', CHANNEL)).toBe('O Romeo');
    await balcony.sees('juliet: O Romeo');
    romeo.say(CHANNEL, 'Speak again');
    await balcony.sees('romeo: Speak again');

    balcony.leave();
    await balcony.sees(/^-juliet 110/);
    await romeo.line(/^:juliet!\S+ (?:PART|QUIT)/);
    // Some servers do not say who he is before he says something.
    const rest = [...balcony.rest, ...orchard.rest];
    expect(rest.filter((words) => words !== '+romeo moderator/admin')).toEqual([]);
    expect(romeo.rest.filter((line) => line.startsWith(':juliet'))).toEqual([]);
  });
});
