import { afterEach, describe, expect, it } from 'vitest';
import { joinRoom } from '../support/in-room.ts';
import { type IrcHouse, jidOf, startIrcHouse } from '../support/irc-house.ts';

const CHANNEL = '#verona';

let house: IrcHouse;

afterEach(() => house?.stop());

describe.each(['ngircd', 'inspircd'] as const)('at %s', (irc) => {
  it('the network drops, and the rooms come back by themselves', async () => {
    house = await startIrcHouse({ irc });
    const before = await house.person('romeo');
    await before.join(CHANNEL);
    const juliet = await joinRoom(await house.client(), jidOf(CHANNEL), 'juliet');
    before.say(CHANNEL, 'Parting is such sweet sorrow');
    await juliet.sees('romeo: Parting is such sweet sorrow');

    await house.irc.kill('SIGKILL');
    await juliet.sees(/^\*: /);
    // She is shown as in, and is.
    expect(await juliet.selfPing('juliet')).toBe('iq result juliet');

    await house.irc.restart();
    const romeo = await house.person('romeo');
    await romeo.join(CHANNEL);
    await juliet.sees(/^\*: /);
    romeo.say(CHANNEL, 'I have night’s cloak');
    await juliet.sees('romeo: I have night’s cloak');
    juliet.say('Art thou gone so?', 'back');
    expect(await romeo.hears('juliet', CHANNEL)).toBe('Art thou gone so?');
    expect((await juliet.sees('juliet: Art thou gone so?')).attrs.id).toBe('back');
    // Who comes first has made the channel anew, and is its operator.
    const own = juliet.rest.filter((words) => /^[-+]juliet\b/.test(words));
    expect(own.filter((words) => !words.startsWith('+juliet moderator/admin'))).toEqual([]);
  });
});
