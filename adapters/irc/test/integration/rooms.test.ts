import { attempt } from 'postern/adapter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    const bobs = joined.occupants.find(({ nick }) => nick === 'bob')?.person;
    expect(bobs).toMatch(/^address .*user@/);

    await bob.wire.sendText('#garden', 'Good \x02morning\x02!', {
      ...{ kind: 'message', leave: () => {}, signal: new AbortController().signal },
    });
    expect(await next(garden, 'said')).toMatchObject({
      ...{ nick: 'bob', person: bobs, text: 'Good *morning*!' },
    });

    const handed = await rig.session.deliver(said(garden, '/me waves'), attempt());
    expect(handed).toMatchObject({ delivered: true });
    expect(handed.said).toBeUndefined();
    expect(await bob.told.next('action')).toMatchObject({ target: '#garden', text: 'waves' });

    rooms.leave(garden, 'Good night');
    expect(await bob.told.next('parted')).toMatchObject({ from: { nick: 'juliet' } });
    expect(rig.roomEvents.filter(({ event }) => event.is === 'said')).toHaveLength(1);
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
