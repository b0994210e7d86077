import { type AccountId, DeliveryError, type Verdict } from 'postern/adapter';
import { attempt } from 'postern/adapter/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FEATURES, inChannel, letIn } from '../in-channel.ts';
import { onServer } from '../on-server.ts';
import { scriptedServer } from '../scripted-server.ts';

async function verdictOf(handing: Promise<unknown>): Promise<Verdict> {
  const error = await handing.catch((reason: unknown) => reason);
  if (error instanceof DeliveryError) return error.verdict;
  throw new Error('it was delivered');
}

describe('a connection', () => {
  it('that is lost comes back, with the rooms, and says both once', async () => {
    const { place, side, channel, next, told } = await inChannel();
    side.hangUp();
    expect(await next(channel, 'lost')).toMatchObject({ is: 'lost' });
    const again = await place.accepted();
    await again.welcome('juliet', ...FEATURES);
    await again.next(/^JOIN #garden$/);
    letIn(again, '@romeo juliet');
    const { occupants } = await next(channel, 'joined');
    expect(occupants.map(({ nick }) => nick)).toEqual(['juliet', 'romeo']);
    expect(told().map(({ is }) => is)).toEqual(['lost', 'joined']);
  });

  it('that is lost comes back into a room with its password', async () => {
    const place = await scriptedServer({ endsAtQuit: true });
    const { rooms, room, next } = await onServer(place);
    const channel = room('#garden');
    rooms.join(channel, { nick: 'juliet', password: 'capulet' });
    const enters = async (): Promise<void> => {
      const side = await place.accepted();
      await side.welcome('juliet', ...FEATURES);
      await side.next(/^JOIN #garden capulet$/);
      letIn(side, 'juliet');
      await next(channel, 'joined');
      side.hangUp();
      await next(channel, 'lost');
    };
    await enters();
    await enters();
  });

  it('to a server that bans us is not made again, and the administrators know', async () => {
    const place = await scriptedServer({ endsAtQuit: true });
    const { rig, room, rooms, next } = await onServer(place);
    rooms.join(room('#garden'), { nick: 'juliet' });
    const side = await place.accepted();
    await side.next(/^USER /);
    side.say(':s 465 juliet :You are banned', 'ERROR :Closing Link: juliet (K-Lined)');
    side.hangUp();
    const { refusal } = await next(room('#garden'), 'refused');
    expect(refusal).toMatchObject({ condition: 'service-unavailable', type: 'wait' });
    rooms.join(room('#forest'), { nick: 'juliet' });
    expect(await next(room('#forest'), 'refused')).toMatchObject({ refusal });
    const verdict = await verdictOf(rig.session.deliver(rig.message(), attempt()));
    expect(verdict).toMatchObject({ kind: 'later', afterMs: expect.any(Number) });
    expect(verdict.kind === 'later' && verdict.afterMs).toBeGreaterThan(40_000);
    expect(rig.said.filter(({ level }) => level === 'notice')).toHaveLength(1);
  });

  it('that is planned for much later is not waited for by who wants to come in', async () => {
    const { side, channel, room, rooms, next } = await inChannel();
    side.say('ERROR :Closing Link: juliet (K-Lined)');
    side.hangUp();
    await next(channel, 'lost');
    rooms.join(room('#forest'), { nick: 'juliet' });
    expect((await next(room('#forest'), 'refused')).refusal).toMatchObject({
      ...{ condition: 'service-unavailable', type: 'wait' },
    });
  });

  it('that is full is not waited for either, though others may come there', async () => {
    const { side, channel, room, rooms, next } = await inChannel();
    side.say('ERROR :Closing Link: juliet (Too many connections)');
    side.hangUp();
    await next(channel, 'lost');
    rooms.join(room('#forest'), { nick: 'juliet' });
    expect((await next(room('#forest'), 'refused')).refusal.condition).toBe('resource-constraint');
  });

  it('that is being made is not waited for by a message: nothing of it has left', async () => {
    const place = await scriptedServer({ endsAtQuit: true });
    const { rig } = await onServer(place);
    const session = rig.adapter.open({ ...rig.link, id: 'account-2' as AccountId });
    const ended = verdictOf(session.deliver(rig.message(), attempt()));
    expect(await ended).toEqual({ kind: 'later', afterMs: 250 });
    const side = await place.accepted();
    // A message that has long been tried does not look less often for a connection that is new.
    const old = await verdictOf(session.deliver(rig.message(), attempt({ number: 9 })));
    expect(old).toEqual({ kind: 'later', afterMs: expect.any(Number) });
    expect(old.kind === 'later' && old.afterMs).toBeLessThan(4_000);
    await side.welcome('juliet', ...FEATURES);
    await side.barrier();
    const handing = session.deliver(rig.message('now'), attempt({ number: 4 }));
    await side.next(/^PRIVMSG bob :now$/);
    const [, token] = (await side.next(/^PING t/)).split(' ');
    side.say(`:s PONG s :${token}`);
    expect(await handing).toMatchObject({ delivered: true });
    await session.close();
  });

  it('with a password that is wrong waits for somebody to change it', async () => {
    const place = await scriptedServer({ endsAtQuit: true });
    const { rig } = await onServer(place, {
      account: { sasl: { test: { user: 'juliet', password: 'canary' } } },
    });
    const handing = verdictOf(rig.session.deliver(rig.message(), attempt()));
    const side = await place.accepted();
    await side.next(/^CAP LS/);
    side.say(':s CAP * LS :sasl=PLAIN');
    await side.next(/^CAP REQ :sasl$/);
    side.say(':s CAP * ACK :sasl');
    await side.next(/^AUTHENTICATE PLAIN$/);
    side.say('AUTHENTICATE +');
    await side.next(/^AUTHENTICATE /);
    side.say(':s 904 juliet :SASL authentication failed');
    expect(await handing).toEqual({ kind: 'after-relink' });
    expect(await verdictOf(rig.session.deliver(rig.message(), attempt()))).toEqual({
      kind: 'after-relink',
    });
    expect(JSON.stringify(rig.said)).not.toContain('canary');
    expect(JSON.stringify(rig.said)).toContain('bad-credentials');
  });
});

describe('a place', () => {
  it('that others wait for is refused to all of them when the server wants none of us', async () => {
    const place = await scriptedServer({ endsAtQuit: true });
    const { rig, rooms, room, next } = await onServer(place);
    rooms.join(room('#garden'), { nick: 'juliet' });
    const second = { ...rig.link, id: 'account-2' as AccountId };
    rig.adapter.open(second).rooms?.join(room('#tomb'), { nick: 'romeo' });
    const side = await place.accepted();
    side.say('ERROR :Closing Link: juliet (K-Lined)');
    side.hangUp();
    for (const name of ['#garden', '#tomb']) {
      expect((await next(room(name), 'refused')).refusal.condition).toBe('service-unavailable');
    }
  });

  it('is for as many users as the operator allows', async () => {
    const place = await scriptedServer({ endsAtQuit: true });
    const { rig, rooms, room, next } = await onServer(place, { server: { connections: 1 } });
    rooms.join(room('#garden'), { nick: 'juliet' });
    await place.accepted();
    const second = { ...rig.link, id: 'account-2' as AccountId };
    rig.adapter.open(second).rooms?.join(room('#tomb'), { nick: 'romeo' });
    expect(await next(room('#tomb'), 'refused')).toMatchObject({
      refusal: { condition: 'resource-constraint', type: 'wait' },
    });
  });
});

describe('a nick', () => {
  it('that somebody else has is had as soon as he goes', async () => {
    const place = await scriptedServer({ endsAtQuit: true });
    const { rooms, room, next } = await onServer(place);
    rooms.join(room('#garden'), { nick: 'juliet' });
    const side = await place.accepted();
    await side.next(/^NICK juliet$/);
    side.say(':s 433 * juliet :Nickname is already in use');
    await side.next(/^NICK juliet_$/);
    side.say(':s 001 juliet_ :Welcome', ':s 422 juliet_ :none');
    await side.next(/^JOIN #garden$/);
    side.say(':juliet_!j@h JOIN #garden', ':s 353 juliet_ = #garden :juliet juliet_');
    side.say(':s 366 juliet_ #garden :End', ':s 315 juliet_ #garden :End');
    expect(await next(room('#garden'), 'joined')).toMatchObject({ nick: 'juliet_' });
    side.say(':juliet!other@h QUIT :bye');
    await side.next(/^NICK juliet$/);
    side.say(':juliet_!j@h NICK :juliet');
    expect(await next(room('#garden'), 'renamed')).toMatchObject({ from: 'juliet_', to: 'juliet' });
  });

  it('is changed where the server allows it, and nothing else is sent', async () => {
    const { rooms, channel, next, side } = await inChannel();
    rooms.rename(channel, 'x\r\nJOIN #secret');
    expect((await next(channel, 'refused')).refusal.condition).toBe('not-acceptable');
    rooms.rename(channel, 'romeo');
    await side.next(/^NICK romeo$/);
    side.say(':s 433 juliet romeo :in use');
    expect((await next(channel, 'refused')).refusal.condition).toBe('conflict');
    rooms.rename(channel, 'rose');
    await side.next(/^NICK rose$/);
    side.say(':juliet!j@h NICK :rose');
    expect(await next(channel, 'renamed')).toMatchObject({ to: 'rose' });
    expect(side.lines.filter((line) => line.includes('#secret'))).toEqual([]);
  });

  it('is away, and stays the same, while the user is', async () => {
    const { rooms, side } = await inChannel();
    rooms.away('At Friar\r\nLaurence');
    await side.next(/^AWAY :At Friar Laurence$/);
    rooms.away(undefined);
    await side.next(/^AWAY$/);
    expect(side.lines.filter((line) => line.startsWith('NICK'))).toEqual(['NICK juliet']);
  });
});

describe('private words', () => {
  it('wait for the store in their order, and the server waits, too', async () => {
    const { rig, happens, nextMessage } = await inChannel();
    let store: () => void = () => {};
    const stored: string[] = [];
    rig.store = async (what) => {
      await new Promise<void>((resolve) => {
        store = resolve;
      });
      stored.push('text' in what ? what.text : '');
      return { result: 'noted' };
    };
    await happens(
      ':romeo!r@h PRIVMSG juliet :one',
      ':NickServ!services@services. NOTICE juliet :two',
    );
    expect(await nextMessage()).toMatchObject({ from: 'romeo%test', text: 'one' });
    expect(rig.received).toHaveLength(1);
    store();
    expect(await nextMessage()).toMatchObject({ from: 'nickserv%test', text: '[notice] two' });
    expect(stored).toEqual(['one']);
    store();
  });

  it('of a bouncer come, and can be answered', async () => {
    const { rig, side, happens, nextMessage } = await inChannel();
    await happens(':*status!znc@znc.in PRIVMSG juliet :You are connected');
    const message = await nextMessage();
    if (message.kind !== 'message') throw new Error('no message');
    const { from } = message;
    expect(from).toBe('*status%test');
    expect(rig.addressing.parsePeer(from, rig.link.settings)).toBe(from);
    const answer = rig.session.deliver({ ...rig.message('help'), peer: from }, attempt());
    await side.next(/^PRIVMSG \*status :help$/);
    const [, token] = (await side.next(/^PING t/)).split(' ');
    side.say(`:s PONG s :${token}`);
    expect(await answer).toMatchObject({ delivered: true });
  });

  it('keep the connection, also those that are only heard', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { rooms, channel, side, happens } = await inChannel();
    rooms.leave(channel);
    const pass = async (minutes: number): Promise<void> => {
      for (let half = 0; half < 2 * minutes; half++) {
        vi.advanceTimersByTime(30_000);
        await side.barrier();
      }
    };
    await pass(4);
    await happens(':romeo!r@h PRIVMSG juliet :Art thou there?');
    await pass(4);
    expect(side.lines.filter((line) => line.startsWith('QUIT'))).toEqual([]);
    await pass(0.5);
    vi.advanceTimersByTime(35_000);
    await side.next(/^QUIT :Not used/);
  });

  it('bring an invitation with the address of the room', async () => {
    const { happens, nextMessage } = await inChannel();
    await happens(':romeo!r@h INVITE juliet #forest');
    expect(await nextMessage()).toMatchObject({
      from: 'romeo%test',
      text: 'I invite you to #forest: join #forest%test@gateway.example.org',
    });
  });

  it('that are questions of CTCP are answered, three a minute, and never shown', async () => {
    const { happens, side, rig } = await inChannel();
    await happens(
      ...Array.from({ length: 9 }, (_, at) => `:romeo!r@h PRIVMSG juliet :\x01PING ${at}\x01`),
      ':romeo!r@h PRIVMSG juliet :\x01DCC SEND gift 1 2 3\x01',
    );
    expect(side.lines.filter((line) => line.startsWith('NOTICE'))).toHaveLength(3);
    expect(rig.received).toEqual([]);
  });
});
