import type { PeerId, RoomEvent } from 'postern/adapter';
import { attempt } from 'postern/adapter/testing';
import { describe, expect, it } from 'vitest';
import { Room } from '../../room.ts';
import { asking, inChannel, letIn, who } from '../in-channel.ts';
import { scriptedServer } from '../scripted-server.ts';
import { registeredBy } from '../wire-subject.ts';

const ROMEO = ':romeo!romeo@romeo.example';

describe('coming in', () => {
  it('tells all who are there, what they may do, who is away, and the topic', async () => {
    const { side, channel, next } = await asking();
    await letIn(
      side,
      '~ann &ben @cyd %dan +eve juliet',
      ...who('ann', 'ben', 'cyd', 'dan', 'juliet'),
      ':s 352 juliet #garden eve eve.example s eve G+ :0 eve',
      ':s 332 juliet #garden :All \x0304flowers',
      ':s 333 juliet #garden cyd!c@d 1700000000',
    );
    const { occupants, subject, nick } = await next(channel, 'joined');
    expect(nick).toBe('juliet');
    expect(subject).toEqual({ text: 'All flowers', by: 'cyd', at: 1_700_000_000_000 });
    expect(occupants.map((each) => [each.nick, each.role, each.affiliation])).toEqual([
      ['juliet', 'participant', 'none'],
      ['ann', 'moderator', 'owner'],
      ['ben', 'moderator', 'admin'],
      ['cyd', 'moderator', 'admin'],
      ['dan', 'moderator', 'member'],
      ['eve', 'participant', 'member'],
    ]);
    expect(occupants.filter(({ away }) => away !== undefined).map((each) => each.nick)).toEqual([
      'eve',
    ]);
    expect(occupants[1]?.person).toBe('address ann@ann.example');
  });

  it('shows what is said meanwhile after who is there, and who left meanwhile not at all', async () => {
    const { side, channel, next, rig } = await asking();
    await letIn(
      side,
      'romeo mercutio juliet',
      ...who('romeo', 'mercutio', 'juliet'),
      `${ROMEO} PRIVMSG #garden :early`,
      ':mercutio!m@m PART #garden :bye',
    );
    const { occupants } = await next(channel, 'joined');
    expect(occupants.map(({ nick }) => nick)).toEqual(['juliet', 'romeo']);
    expect(await next(channel, 'said')).toMatchObject({ nick: 'romeo', text: 'early' });
    expect(rig.roomEvents.map(({ event }) => event.is)).toEqual(['joined', 'said']);
  });

  it('lets nobody but the voiced speak where it is moderated', async () => {
    const { side, channel, next } = await asking();
    await letIn(side, '+romeo juliet', ':s 324 juliet #garden +m', ...who('romeo', 'juliet'));
    const { occupants } = await next(channel, 'joined');
    expect(occupants.map(({ nick, role }) => [nick, role])).toEqual([
      ['juliet', 'visitor'],
      ['romeo', 'participant'],
    ]);
  });

  it.each([
    [403, 'item-not-found'],
    [405, 'resource-constraint'],
    [437, 'recipient-unavailable'],
    [470, 'gone'],
    [471, 'service-unavailable'],
    [473, 'registration-required'],
    [474, 'forbidden'],
    [475, 'forbidden'],
    [476, 'item-not-found'],
    [477, 'registration-required'],
    [599, 'undefined-condition'],
  ])('is refused by %i: %s', async (code, condition) => {
    const { side, channel, next, rooms, rig } = await asking();
    side.say(`:s ${code} juliet #garden :no\x02 \u202eway`);
    const { refusal } = await next(channel, 'refused');
    expect(refusal.condition).toBe(condition);
    expect(refusal.text).toContain(`(${code})`);
    expect(refusal.text.length).toBeLessThanOrEqual(120);
    rooms.join(channel, { nick: 'juliet', password: 'secret' });
    await side.next(/^JOIN #garden secret$/);
    expect(rig.roomEvents).toHaveLength(1);
  });

  it('refuses a password that would be another line, and sends nothing', async () => {
    const { side, channel, next, rooms } = await asking();
    side.say(':s 475 juliet #garden :no');
    await next(channel, 'refused');
    rooms.join(channel, { nick: 'juliet', password: 'x\r\nQUIT' });
    expect((await next(channel, 'refused')).refusal.condition).toBe('not-acceptable');
    await side.barrier();
    expect(side.lines.filter((line) => /QUIT/.test(line))).toEqual([]);
  });
});

it('does not wait for ever for a server that does not answer', async () => {
  const { wire, server } = await registeredBy(await scriptedServer());
  const told: RoomEvent[] = [];
  let now = 0;
  const peer = '#garden%test' as PeerId;
  const parts = { peer, channel: '#garden', password: undefined, now: () => now };
  const room = new Room({ ...parts, tell: (event) => void told.push(event) });
  room.enter(wire);
  await server.next(/^JOIN #garden$/);
  now = 60_000;
  room.tick();
  expect(told).toEqual([]);
  now += 1;
  room.tick();
  expect(told).toMatchObject([{ is: 'refused', refusal: { condition: 'remote-server-timeout' } }]);
  await server.barrier();
  expect(server.lines.filter((line) => line.startsWith('PART'))).toEqual([]);
});

describe('coming back at once', () => {
  const ME = ':juliet!juliet@capulet.example';

  it('is not ended by what the server says of the stay before', async () => {
    const { side, channel, rooms, next, rig } = await asking();
    rooms.leave(channel);
    rooms.join(channel, { nick: 'juliet' });
    await side.next(/^PART #garden$/);
    await side.next(/^JOIN #garden$/);
    side.say(`${ME} JOIN #garden`, ':s 353 juliet = #garden :juliet', ':s 366 juliet #garden :End');
    side.say(`${ME} PART #garden`);
    await letIn(side, 'romeo juliet', ...who('romeo', 'juliet'));
    expect((await next(channel, 'joined')).occupants.map(({ nick }) => nick)).toEqual([
      ...['juliet', 'romeo'],
    ]);
    expect(rig.roomEvents.map(({ event }) => event.is)).toEqual(['joined']);
    expect(side.lines.filter((line) => line.startsWith('PART'))).toHaveLength(1);
  });

  it('is not ended where the server had sent him away before he left', async () => {
    const { side, channel, rooms, next, told } = await inChannel();
    rooms.leave(channel);
    rooms.join(channel, { nick: 'juliet' });
    await side.next(/^PART #garden$/);
    await side.next(/^JOIN #garden$/);
    side.say(':romeo!r@h KICK #garden juliet :out', ':s 442 juliet #garden :You are not in it');
    await letIn(side, 'romeo juliet', ...who('romeo', 'juliet'));
    await next(channel, 'joined');
    expect(told().map(({ is }) => is)).toEqual(['joined']);
  });
});

describe('in a channel', () => {
  it('hears words, deeds, notices, and what is for some only', async () => {
    const { happens, told, joined } = await inChannel();
    await happens(
      `${ROMEO} PRIVMSG #garden :It is the \x02east\x02`,
      `${ROMEO} PRIVMSG #GARDEN :\x01ACTION climbs\x01`,
      `${ROMEO} NOTICE #garden :a bot`,
      `${ROMEO} PRIVMSG #garden :hi\r:Forged!u@h PRIVMSG #garden :forged`,
      `${ROMEO} PRIVMSG #garden :\x02\x02`,
      ':juliet!juliet@capulet.example PRIVMSG #garden :an echo',
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

  it('leaves a channel into which somebody drags the user', async () => {
    const { side, happens, told } = await inChannel();
    await happens(':juliet!j@h JOIN #elsewhere', ':romeo!r@h PRIVMSG #elsewhere :hello');
    expect(side.lines.at(-2)).toBe('PART #elsewhere');
    expect(told()).toEqual([]);
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
