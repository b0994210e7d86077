import type { PeerId, RoomEvent } from 'postern/adapter';
import { describe, expect, it } from 'vitest';
import { Room } from '../../room.ts';
import { asking, explain, FEATURES, inChannel, letIn, who } from '../in-channel.ts';
import { onServer } from '../on-server.ts';
import { scriptedServer } from '../scripted-server.ts';
import { registeredBy } from '../wire-subject.ts';

const ROMEO = ':romeo!romeo@romeo.example';
const ME = ':juliet!juliet@capulet.example';

describe('coming in', () => {
  it('tells all who are there, what they may do, who is away, and the topic', async () => {
    const { side, channel, next, rig } = await asking();
    letIn(
      side,
      '~ann!ann@ann.example &ben @cyd %dan +eve juliet',
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
    expect(occupants[1]?.person).toBe('address ann@ann.example');
    await explain(
      side,
      ...who('ann', 'ben', 'cyd', 'dan', 'juliet'),
      ':s 352 juliet #garden eve eve.example s eve G+ :0 eve',
    );
    // Of the others nothing is new that anybody sees.
    const later = rig.roomEvents.map(({ event }) => event).slice(1);
    expect(later).toMatchObject([{ is: 'changed', occupant: { nick: 'eve', away: 'away' } }]);
  });

  it('shows what is said meanwhile after who is there, and who left meanwhile not at all', async () => {
    const { side, channel, next, rig } = await asking();
    side.say(`${ME} JOIN #garden`, ':s 353 juliet = #garden :romeo juliet');
    side.say(`${ROMEO} PRIVMSG #garden :early`, ':mercutio!m@m PART #garden :bye');
    side.say(':s 366 juliet #garden :End');
    const { occupants } = await next(channel, 'joined');
    expect(occupants.map(({ nick }) => nick)).toEqual(['juliet', 'romeo']);
    expect(await next(channel, 'said')).toMatchObject({ nick: 'romeo', text: 'early' });
    expect(rig.roomEvents.map(({ event }) => event.is)).toEqual(['joined', 'said']);
  });

  it('lets nobody but the voiced speak where it is moderated', async () => {
    const { side, channel, next, rig } = await asking();
    letIn(side, '+romeo juliet');
    const { occupants } = await next(channel, 'joined');
    expect(occupants.map(({ role }) => role)).toEqual(['participant', 'participant']);
    await explain(side, ':s 324 juliet #garden +mnt');
    const later = rig.roomEvents.map(({ event }) => event).slice(1);
    expect(later).toMatchObject([{ is: 'changed', occupant: { nick: 'juliet', role: 'visitor' } }]);
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
    const { refusal, password } = await next(channel, 'refused');
    expect(refusal.condition).toBe(condition);
    expect(password).toBe(code === 475 ? true : undefined);
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
  it('is not ended by what the server says of the stay before', async () => {
    const { side, channel, rooms, next, rig } = await asking();
    rooms.leave(channel);
    rooms.join(channel, { nick: 'juliet' });
    await side.next(/^PART #garden$/);
    await side.next(/^JOIN #garden$/);
    side.say(`${ME} JOIN #garden`, ':s 353 juliet = #garden :juliet', ':s 366 juliet #garden :End');
    side.say(`${ME} PART #garden`);
    letIn(side, 'romeo juliet');
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
    letIn(side, 'romeo juliet');
    await next(channel, 'joined');
    expect(told().map(({ is }) => is)).toEqual(['joined']);
  });
});

describe('many channels', () => {
  const names = Array.from({ length: 23 }, (_, at) => `#room${at}`);

  it('are asked for together, and each opens as soon as its names are there', async () => {
    const place = await scriptedServer({ endsAtQuit: true });
    const { rooms, room, next } = await onServer(place, { server: { pace: 'usual' } });
    for (const name of names) rooms.join(room(name), { nick: 'juliet' });
    const side = await place.accepted();
    await side.welcome('juliet', ...FEATURES);
    for (const some of [names.slice(0, 10), names.slice(10, 20), names.slice(20)]) {
      expect(await side.next(/^JOIN /)).toBe(`JOIN ${some.join(',')}`);
      for (const channel of some) {
        side.say(`${ME} JOIN ${channel}`, `:s 353 juliet = ${channel} :juliet`);
        side.say(`:s 366 juliet ${channel} :End`);
      }
    }
    for (const name of names) await next(room(name), 'joined');
  });

  it('are asked for as many at once as the server says, those with a password first', async () => {
    const place = await scriptedServer({ endsAtQuit: true });
    const { rooms, room } = await onServer(place, { server: { pace: 'strict' } });
    for (const name of ['#1', '#2', '#a']) rooms.join(room(name), { nick: 'juliet' });
    rooms.join(room('#b'), { nick: 'juliet', password: 'key' });
    const side = await place.accepted();
    await side.welcome('juliet', 'TARGMAX=PRIVMSG:4,JOIN:2,NAMES:');
    await side.next(/^JOIN #b,#a key$/);
    const joins = side.lines.filter((line) => line.startsWith('JOIN'));
    expect(joins).toEqual(['JOIN #1,#2', 'JOIN #b,#a key']);
  });
});

describe('a channel that the server chooses', () => {
  it('in place of another one is left', async () => {
    const { side, channel, next } = await asking();
    side.say(':s 470 juliet #garden ##overflow :Forwarding to another channel');
    side.say(`${ME} JOIN ##overflow`);
    expect((await next(channel, 'refused')).refusal.condition).toBe('gone');
    await side.next(/^PART ##overflow$/);
  });

  it('without a word of anybody here is not left, and open to whoever joins it', async () => {
    const { side, rooms, room, next, happens, told } = await inChannel();
    await happens(`${ME} JOIN #elsewhere`, `${ROMEO} PRIVMSG #elsewhere :hello`);
    expect(told()).toEqual([]);
    const elsewhere = room('#Elsewhere');
    rooms.join(elsewhere, { nick: 'juliet' });
    await side.next(/^NAMES #elsewhere$/);
    side.say(':s 332 juliet #elsewhere :Tombs', ':s 353 juliet = #elsewhere :romeo juliet');
    side.say(':s 366 juliet #elsewhere :End');
    expect(await next(elsewhere, 'joined')).toMatchObject({ subject: { text: 'Tombs' } });
    expect(side.lines.filter((line) => /^(?:PART|JOIN #else)/.test(line))).toEqual([]);
  });
});

describe('a new channel', () => {
  it('shows who makes it as its operator', async () => {
    const { side, channel, next } = await asking();
    letIn(side, '@juliet', ':s MODE #garden +nt');
    const { occupants } = await next(channel, 'joined');
    expect(occupants).toMatchObject([{ nick: 'juliet', role: 'moderator', affiliation: 'admin' }]);
  });
});

describe('leaving', () => {
  it('asks for nothing of which the server has not heard', async () => {
    const { rooms, room, side } = await inChannel({ server: { pace: 'strict' } });
    for (const name of ['#a', '#b', '#c']) rooms.join(room(name), { nick: 'juliet' });
    for (const name of ['#a', '#b', '#c']) rooms.leave(room(name));
    await side.barrier();
    expect(side.lines.filter((line) => line.startsWith('PART'))).toEqual([]);
  });

  it('is told also when very much waits', async () => {
    const { wire, server } = await registeredBy(await scriptedServer(), {
      pace: { burst: 1, perSecond: 0.001 },
    });
    while (wire.send('AWAY'));
    expect(wire.send('PART', '#garden')).toBe(true);
    await server.barrier();
  });
});

describe('coming back', () => {
  async function lost() {
    const { wire, server } = await registeredBy(await scriptedServer());
    const told: RoomEvent[] = [];
    const clock = { now: 0 };
    const peer = '#garden%test' as PeerId;
    const parts = { peer, channel: '#garden', password: undefined, now: () => clock.now };
    const room = new Room({ ...parts, tell: (event) => void told.push(event) });
    room.enter(wire);
    await server.next(/^JOIN #garden$/);
    const from = { nick: 'me', user: 'u', host: 'h' };
    const channel = '#garden';
    const letIn = (): void => {
      room.joined({ is: 'joined', own: true, from, channel });
      room.names({ is: 'names', channel, complete: true, members: [{ nick: 'me', modes: '' }] });
    };
    letIn();
    room.lose('gone');
    room.enter(wire);
    await server.next(/^JOIN #garden$/);
    const refuse = (code: number) => room.failed({ is: 'error', code, target: channel, words: '' });
    return { room, clock, told, server, letIn, refuse };
  }

  it.each([471, 437, 480, 477])('is tried again after %i', async (code) => {
    const { room, clock, told, server, letIn, refuse } = await lost();
    refuse(code);
    room.tick();
    clock.now += 30_000;
    room.tick();
    await server.next(/^JOIN #garden$/);
    refuse(code);
    clock.now += 60_000;
    room.tick();
    await server.next(/^JOIN #garden$/);
    letIn();
    clock.now += 3_600_000;
    room.tick();
    await server.barrier();
    expect(server.lines.filter((line) => line.startsWith('JOIN'))).toHaveLength(4);
    expect(told.map(({ is }) => is)).toEqual(['joined', 'lost', 'lost', 'joined']);
    expect(told[2]).toMatchObject({ words: expect.stringContaining(`(${code})`) });
  });

  it.each([473, 474, 475])('is over after %i', async (code) => {
    const { room, clock, told, server, refuse } = await lost();
    refuse(code);
    clock.now += 3_600_000;
    room.tick();
    await server.barrier();
    expect(server.lines.filter((line) => line.startsWith('JOIN'))).toHaveLength(2);
    expect(told.at(-1)).toMatchObject({ is: 'out', how: { is: 'left' } });
  });

  it('may be done by services meanwhile', async () => {
    const { room, told, letIn, refuse } = await lost();
    refuse(477);
    letIn();
    expect(told.at(-1)).toMatchObject({ is: 'joined' });
    expect(room.isIn).toBe(true);
  });
});

describe('who somebody is', () => {
  it('is told when it is better known and he says something', async () => {
    const { side, channel, next, rig } = await asking();
    letIn(side, 'romeo nurse juliet');
    const { occupants } = await next(channel, 'joined');
    expect(occupants.map(({ person }) => person)).toContain('nick romeo');
    await explain(side, ...who('romeo', 'nurse', 'juliet'));
    side.say(`${ROMEO} PRIVMSG #garden :It is I`, `${ROMEO} PRIVMSG #garden :again`);
    await side.barrier();
    const person = 'address romeo@romeo.example';
    expect(rig.roomEvents.map(({ event }) => event).slice(1)).toMatchObject([
      { is: 'changed', occupant: { nick: 'romeo', person } },
      { is: 'said', nick: 'romeo', person, text: 'It is I' },
      { is: 'said', nick: 'romeo', person, text: 'again' },
    ]);
  });
});
