import { attempt } from 'postern/adapter/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { onServer } from '../on-server.ts';
import { startInspircd } from '../peers/inspircd.ts';
import type { IrcServer } from '../peers/irc-server.ts';
import { startNgircd } from '../peers/ngircd.ts';
import { registered } from '../wire-subject.ts';

const SERVERS = { ngIRCd: () => startNgircd(), InspIRCd: () => startInspircd() } as const;

describe.each(['ngIRCd', 'InspIRCd'] as const)('on %s', (name) => {
  let server: IrcServer;
  beforeAll(async () => {
    server = await SERVERS[name]();
  });
  afterAll(() => server.stop());

  it('joins a room, talks both ways, and leaves', async () => {
    const bob = await registered(server, 'bob');
    bob.wire.send('JOIN', '#garden');
    await bob.told.next('names');
    bob.wire.send('TOPIC', '#garden', 'All flowers');
    const { rooms, room, next, rig, said } = await onServer(server);
    const garden = room('#Garden');
    rooms.join(garden, { nick: 'juliet' });
    const joined = await next(garden, 'joined');
    expect(joined).toMatchObject({
      nick: 'juliet',
      subject: { text: 'All flowers', by: 'bob' },
    });
    expect(joined.occupants.map(({ nick, role }) => [nick, role]).sort()).toEqual([
      ['bob', 'moderator'],
      ['juliet', 'participant'],
    ]);
    await bob.wire.sendText('#garden', 'Good \x02morning\x02!', {
      ...{ kind: 'message', leave: () => {}, signal: new AbortController().signal },
    });
    const greeting = await next(garden, 'said');
    expect(greeting).toMatchObject({ nick: 'bob', text: 'Good *morning*!' });
    expect(greeting.person).toMatch(/^address .*user@/);
    const shown = rig.roomEvents.flatMap(({ event }) => {
      if (event.is === 'joined') return event.occupants;
      return event.is === 'changed' ? [event.occupant] : [];
    });
    expect(shown.findLast(({ nick }) => nick === 'bob')?.person).toBe(greeting.person);

    const handed = await rig.session.deliver(said(garden, '/me waves'), attempt());
    expect(handed).toMatchObject({ delivered: true });
    expect(handed.said).toBeUndefined();
    expect(await bob.told.next('action')).toMatchObject({ target: '#garden', text: 'waves' });

    rooms.leave(garden, 'Good night');
    expect(await bob.told.next('parted')).toMatchObject({ from: { nick: 'juliet' } });
    expect(rig.roomEvents.filter(({ event }) => event.is === 'said')).toHaveLength(1);
  });

  it('bans, tells whom, lifts it, and invites', async () => {
    const bob = await registered(server, 'bob');
    bob.wire.send('JOIN', '#court');
    await bob.told.next('names');
    const { rooms, room, next } = await onServer(server);
    const court = room('#court');
    const { signal } = new AbortController();
    rooms.join(court, { nick: 'prince' });
    await next(court, 'joined');
    bob.wire.send('MODE', '#court', '+o', 'prince');
    await next(court, 'changed', ({ occupant }) => occupant.nick === 'prince');
    const out = { nick: 'bob', becomes: { affiliation: 'outcast' } } as const;
    expect(await rooms.administer(court, out, signal)).toBeUndefined();
    await bob.told.next('kicked');
    const bans = await rooms.bans?.(court, signal);
    expect(bans).toMatchObject([{ by: 'prince' }]);
    const [ban] = bans === undefined || 'condition' in bans ? [] : bans;
    expect(await rooms.invite?.(court, room('nobody'), signal)).toMatchObject({
      condition: 'item-not-found',
    });
    expect(await rooms.unban?.(court, ban?.who ?? '', signal)).toBeUndefined();
    expect(await rooms.bans?.(court, signal)).toEqual([]);
    expect(await rooms.invite?.(court, room('bob'), signal)).toBeUndefined();
    expect(await bob.told.next('invited')).toMatchObject({ channel: '#court' });
    rooms.leave(court);
  });

  it('takes private messages in, and brings them out', async () => {
    const bob = await registered(server, 'Bob');
    const { rig, nextMessage } = await onServer(server, { account: { nick: 'juliet' } });
    expect(await rig.session.deliver(rig.message('Good morning'), attempt())).toMatchObject({
      delivered: true,
    });
    const got = await bob.told.next('message');
    expect(got).toMatchObject({ from: { nick: 'juliet' }, text: 'Good morning' });
    await bob.wire.sendText('juliet', 'Good night', {
      ...{ kind: 'message', leave: () => {}, signal: new AbortController().signal },
    });
    expect(await nextMessage()).toMatchObject({
      ...{ kind: 'message', from: 'bob%test', to: 'juliet@example.org', text: 'Good night' },
    });
  });
});

it('comes back to a server that was killed, with its rooms', async () => {
  const server = await startNgircd();
  onTestFinished(() => server.stop());
  const { rooms, room, next } = await onServer(server);
  for (const name of ['#garden', '#tomb']) rooms.join(room(name), { nick: 'juliet' });
  await next(room('#garden'), 'joined');
  await next(room('#tomb'), 'joined');
  await server.restart();
  await next(room('#garden'), 'lost');
  const joined = await next(room('#garden'), 'joined');
  expect(joined.occupants.map(({ nick }) => nick)).toEqual(['juliet']);
  await next(room('#tomb'), 'joined');
});

it('trusts the authority that the operator names, and no other', async () => {
  const server = await startInspircd();
  onTestFinished(() => server.stop());
  const { tlsPort, certificate } = server;
  const secure = { host: 'localhost', port: tlsPort, tls: true };
  const trusting = await onServer(server, { server: { ...secure, ca: certificate } });
  trusting.rooms.join(trusting.room('#garden'), { nick: 'juliet' });
  expect(await trusting.next(trusting.room('#garden'), 'joined')).toMatchObject({ nick: 'juliet' });
  const careful = await onServer(server, { server: secure });
  careful.rooms.join(careful.room('#garden'), { nick: 'nurse' });
  const { refusal } = await careful.next(careful.room('#garden'), 'refused');
  expect(refusal.text).toContain('The administrator knows.');
  expect(careful.rig.said.filter(({ level }) => level === 'notice')).toHaveLength(1);
});

it('says a long text in lines that arrive whole', async () => {
  const server = await startNgircd();
  onTestFinished(() => server.stop());
  const bob = await registered(server, 'bob');
  const { rooms, room, next, rig, said } = await onServer(server, { server: { pace: 'relaxed' } });
  bob.wire.send('JOIN', '#garden');
  await bob.told.next('names');
  const garden = room('#garden');
  rooms.join(garden, { nick: 'juliet' });
  await next(garden, 'joined');
  const text = Array.from({ length: 120 }, (_, at) => `wörd${at}`).join(' ');
  const sent: number[] = [];
  const handed = await rig.session.deliver(
    said(garden, text),
    attempt({ partSent: async (part) => void sent.push(part) }),
  );
  const parts = handed.said ?? [];
  expect(parts.length).toBeGreaterThan(2);
  expect(parts.join(' ')).toBe(text);
  expect(sent).toEqual(parts.map((_, part) => part));
  for (const part of parts) expect((await bob.told.next('message')).text).toBe(part);
});
