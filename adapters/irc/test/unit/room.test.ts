import { attempt } from 'postern/adapter/testing';
import { describe, expect, it } from 'vitest';
import { inChannel } from '../in-channel.ts';

const ROMEO = ':romeo!romeo@romeo.example';

describe('in a channel', () => {
  it('hears words, deeds, notices, and what is for some only', async () => {
    const { happens, told, joined } = await inChannel();
    await happens(
      `${ROMEO} PRIVMSG #garden :It is the \x02east\x02`,
      `${ROMEO} PRIVMSG #GARDEN :\x01ACTION climbs\x01`,
      `${ROMEO} NOTICE #garden :a bot`,
      `${ROMEO} PRIVMSG #garden :hi\r:Forged!u@h PRIVMSG #garden :forged`,
      `${ROMEO} PRIVMSG #garden :\x02\x02`,
    );
    const { person } = joined.occupants.find(({ nick }) => nick === 'romeo') ?? {};
    expect(told()).toEqual(
      [
        'It is the *east*',
        '/me climbs',
        '[notice] a bot',
        'hi :Forged!u@h PRIVMSG #garden :forged',
      ].map((text) => ({ is: 'said', nick: 'romeo', person, text })),
    );
  });

  it('sees who comes, goes, is renamed, and what he may do', async () => {
    const { happens, told } = await inChannel();
    await happens(
      ':nurse!n@h JOIN #garden',
      ':romeo!r@h MODE #garden +v nurse',
      ':nurse!n@h NICK :angelica',
      ':angelica!n@h PART #garden :I am coming',
      ':mercutio!m@h QUIT :a plague',
      ':romeo!r@h MODE #garden +k-l secret',
    );
    expect(told()).toMatchObject([
      { is: 'entered', occupant: { nick: 'nurse', person: 'address n@h' } },
      { is: 'changed', occupant: { nick: 'nurse', affiliation: 'member' } },
      { is: 'renamed', from: 'nurse', to: 'angelica' },
      { is: 'departed', nick: 'angelica', how: { is: 'left', reason: 'I am coming' } },
      { is: 'departed', nick: 'mercutio', how: { is: 'quit', reason: 'a plague' } },
      { is: 'announced', text: 'romeo sets +k-l secret' },
    ]);
  });

  it('shows nobody twice whose going the server did not tell', async () => {
    const { happens, told } = await inChannel();
    await happens(
      ':Romeo!r@h JOIN #garden',
      ':Romeo!r@h NICK Mercutio',
      ':s.example NOTICE #garden :\x02\x02',
    );
    expect(told()).toMatchObject([
      { is: 'departed', nick: 'romeo', how: { is: 'left' } },
      { is: 'entered', occupant: { nick: 'Romeo' } },
      { is: 'departed', nick: 'mercutio', how: { is: 'left' } },
      { is: 'renamed', from: 'Romeo', to: 'Mercutio' },
    ]);
  });

  it('tells a ban from a kick', async () => {
    const { happens, told } = await inChannel();
    await happens(
      ':romeo!r@h KICK #garden mercutio :out',
      ':nurse!n@bad.example JOIN #garden',
      ':romeo!r@h MODE #garden +b *!*@*.EXAMPLE',
      ':romeo!r@h KICK #garden nurse :and away',
      ':romeo!r@h KICK #garden juliet :you too',
      `${ROMEO} PRIVMSG #garden :gone`,
    );
    const how = told().flatMap((event) =>
      event.is === 'departed' || event.is === 'out' ? [event.how] : [],
    );
    expect(how).toEqual([
      { is: 'kicked', by: 'romeo', reason: 'out' },
      { is: 'banned', by: 'romeo', reason: 'and away' },
      { is: 'banned', by: 'romeo', reason: 'you too' },
    ]);
    expect(told()).toEqual([]);
  });

  it('shows a netsplit as one line', async () => {
    const { happens, told } = await inChannel();
    await happens(
      ':romeo!r@h QUIT :hub.example leaf.example',
      ':mercutio!m@h QUIT :hub.example leaf.example',
      ':stranger!s@h QUIT :hub.example leaf.example',
    );
    expect(told()).toEqual([
      {
        ...{ is: 'split', nicks: ['romeo', 'mercutio'] },
        words: 'Netsplit (hub.example leaf.example): 2 are gone, and may come back.',
      },
    ]);
  });

  it('says nothing where he is not in', async () => {
    const { rig, said, room, channel, happens } = await inChannel();
    const elsewhere = rig.session.deliver(said(room('#elsewhere'), 'hello'), attempt());
    await expect(elsewhere).rejects.toMatchObject({ verdict: { kind: 'never' } });
    await happens(':romeo!r@h KICK #garden juliet :out');
    const outside = rig.session.deliver(said(channel, 'hello'), attempt());
    await expect(outside).rejects.toMatchObject({
      verdict: { kind: 'never', refusal: { condition: 'not-acceptable' } },
    });
  });

  it('sets a topic, or tells why not', async () => {
    const { rooms, channel, side, told } = await inChannel();
    const { signal } = new AbortController();
    const asked = rooms.setSubject(channel, 'Flowers', signal);
    await side.next(/^TOPIC #garden :Flowers$/);
    side.say(':s 482 juliet #garden :no operator');
    expect(await asked).toMatchObject({ condition: 'forbidden' });
    const again = rooms.setSubject(channel, 'Trees', signal);
    const ping = await side.next(/^PING /);
    const second = await side.next(/^PING /);
    side.say(':juliet!j@h TOPIC #garden :Trees', `:s PONG s :${second.slice(5)}`);
    expect([ping, await again]).toEqual([ping, undefined]);
    expect(told()).toEqual([{ is: 'subject', subject: { text: 'Trees', by: 'juliet' } }]);
    expect(await rooms.setSubject(channel, 'a\r\nQUIT', signal)).toMatchObject({
      condition: 'not-acceptable',
    });
  });

  it('kicks and bans, or tells why not', async () => {
    const { rooms, channel, side } = await inChannel();
    const { signal } = new AbortController();
    const banned = {
      nick: 'mercutio',
      becomes: { affiliation: 'outcast' },
      reason: 'out',
    } as const;
    const asked = rooms.administer(channel, banned, signal);
    await side.next(/^MODE #garden \+b :?\*!\*@mercutio\.example$/);
    await side.next(/^KICK #garden mercutio :out$/);
    side.say(':s 482 juliet #garden :no operator');
    expect(await asked).toMatchObject({ condition: 'forbidden' });
    const nobody = { nick: 'tybalt', becomes: { role: 'none' } } as const;
    expect(await rooms.administer(channel, nobody, signal)).toMatchObject({
      condition: 'item-not-found',
    });
  });

  it('does not say that a kick was not sent which was', async () => {
    const { rooms, channel, side } = await inChannel();
    const waits = new AbortController();
    const kick = { nick: 'mercutio', becomes: { role: 'none' } } as const;
    const asked = rooms.administer(channel, kick, waits.signal);
    await side.next(/^KICK #garden mercutio/);
    waits.abort();
    expect(await asked).toMatchObject({ condition: 'remote-server-timeout', type: 'wait' });
    const again = rooms.administer(channel, kick, new AbortController().signal);
    await side.next(/^KICK #garden mercutio/);
    side.breakOff();
    expect(await again).toMatchObject({ condition: 'remote-server-timeout', type: 'wait' });
  });

  it('is told of nothing that a server can not be asked', async () => {
    const { rooms, room } = await inChannel();
    const { signal } = new AbortController();
    expect(await rooms.describe(room('+garden'), signal)).toBeUndefined();
  });

  it('shows several modes at once as one writes them', async () => {
    const { happens, told } = await inChannel();
    await happens(':romeo!r@h MODE #garden +im+k-l+s secret');
    expect(told()).toContainEqual({ is: 'announced', text: 'romeo sets +imk-l+s secret' });
  });

  it('shows what another client of the user says there, as a bouncer tells it', async () => {
    const { happens, told, side } = await inChannel();
    await happens(`:juliet!juliet@capulet.example PRIVMSG #garden :from my telephone`);
    expect(told()).toMatchObject([{ is: 'said', nick: 'juliet', text: 'from my telephone' }]);
    expect(side.lines.filter((line) => line.startsWith('PRIVMSG'))).toEqual([]);
  });

  it('tells who is banned, once for all who ask, or why not', async () => {
    const { rooms, channel, side } = await inChannel();
    const { signal } = new AbortController();
    const ask = () => rooms.bans?.(channel, signal);
    const asked = [ask(), ask()];
    await side.next(/^MODE #garden \+b$/);
    const ping = await side.next(/^PING /);
    side.say(
      ':s 367 juliet #garden *!*@mantua.example prince!p@verona.example 1700000000',
      ':s 367 juliet #elsewhere nobody!*@*',
      ':s 367 juliet #Garden tybalt!*@*',
      ':s 368 juliet #garden :End',
      `:s PONG s :${ping.slice(5)}`,
    );
    const bans = [{ who: '*!*@mantua.example', by: 'prince' }, { who: 'tybalt!*@*' }];
    expect(await Promise.all(asked)).toEqual([bans, bans]);
    const again = ask();
    await side.next(/^MODE #garden \+b$/);
    side.say(':s 482 juliet #garden :no operator');
    expect(await again).toMatchObject({ condition: 'forbidden' });
  });

  it('lifts a ban, and invites, or tells why not', async () => {
    const { rooms, room, channel, side } = await inChannel();
    const { signal } = new AbortController();
    const lifted = rooms.unban?.(channel, '*!*@mantua.example', signal);
    await side.next(/^MODE #garden -b \*!\*@mantua\.example$/);
    const [, token] = (await side.next(/^PING wish/)).split(' ');
    side.say(`:s PONG s :${token}`);
    expect(await lifted).toBeUndefined();
    const invited = rooms.invite?.(channel, room('nurse'), signal);
    await side.next(/^INVITE nurse #garden$/);
    side.say(':s 443 juliet nurse #garden :is already on channel');
    expect(await invited).toMatchObject({ condition: 'conflict' });
    expect(await rooms.unban?.(channel, 'two words', signal)).toBeDefined();
    expect(await rooms.unban?.(room('#tomb'), 'x!*@*', signal)).toMatchObject({
      condition: 'not-acceptable',
    });
  });

  it('knows of other channels what the server lists, and of this one what it sees', async () => {
    const { rooms, room, channel, side } = await inChannel();
    const { signal } = new AbortController();
    expect(await rooms.describe(channel, signal)).toEqual({
      ...{ name: '#garden', occupants: 3, subject: '' },
    });
    const tomb = rooms.describe(room('#tomb'), signal);
    const nowhere = rooms.describe(room('#nowhere'), signal);
    await side.next(/^LIST #nowhere$/);
    side.say(':s 322 juliet #Tomb 7 :[+nt] Capulets', ':s 323 juliet :End', ':s 323 juliet :End');
    expect(await tomb).toEqual({ name: '#Tomb', occupants: 7, subject: 'Capulets' });
    expect(await nowhere).toBeUndefined();
  });
});
