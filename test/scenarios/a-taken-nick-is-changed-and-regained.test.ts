import { afterEach, describe, expect, it } from 'vitest';
import { joinRoom } from '../support/in-room.ts';
import { type IrcHouse, jidOf, startIrcHouse } from '../support/irc-house.ts';

const CHANNEL = '#verona';

let house: IrcHouse;

afterEach(() => house?.stop());

describe.each(['ngircd', 'inspircd'] as const)('at %s', (irc) => {
  it('a nick that somebody has is changed, and regained when he is gone', async () => {
    house = await startIrcHouse({ irc });
    const other = await house.person('juliet');
    await other.join(CHANNEL);
    const juliet = await joinRoom(await house.client(), jidOf(CHANNEL), 'juliet');
    // XEP-0045 §7.2.2: the room has given another nick than was asked for.
    expect(juliet.shown).toContainEqual(expect.stringMatching(/^\+juliet_ .*110.* 210/));
    await other.line(/^:juliet_!\S+ JOIN /);
    other.say(CHANNEL, 'A rose by any other name');
    await juliet.sees('juliet: A rose by any other name');
    juliet.say('would smell as sweet', 'rose');
    expect(await other.hears('juliet_', CHANNEL)).toBe('would smell as sweet');
    expect((await juliet.sees('juliet_: would smell as sweet')).attrs.id).toBe('rose');

    const romeo = await house.person('romeo');
    await romeo.join(CHANNEL);
    other.send('QUIT');
    await juliet.sees(/^-juliet\b/);
    await juliet.sees(/^-juliet_ > juliet .*303 110/);
    await juliet.sees(/^\+juliet .*110/);
    await romeo.line(/^:juliet_!\S+ NICK :?juliet$/);
  });

  it('a user changes her nick, unless somebody has it', async () => {
    house = await startIrcHouse({ irc });
    const romeo = await house.person('romeo');
    await romeo.join(CHANNEL);
    const client = await house.client();
    const juliet = await joinRoom(client, jidOf(CHANNEL), 'juliet');
    const become = (nick: string) => client.raw(`<presence to='${jidOf(CHANNEL)}/${nick}'/>`);
    become('romeo');
    await juliet.sees(/^!conflict presence/);
    become('capulet');
    await juliet.sees(/^-juliet > capulet .*303 110/);
    await juliet.sees(/^\+capulet .*110/);
    await romeo.line(/^:juliet!\S+ NICK :?capulet$/);
    romeo.send('NICK montague');
    await juliet.sees(/^-romeo > montague .*303/);
    await juliet.sees(/^\+montague/);
  });
});
