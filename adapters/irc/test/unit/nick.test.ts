import { describe, expect, it } from 'vitest';
import { FEATURES, inChannel } from '../in-channel.ts';
import { onServer } from '../on-server.ts';
import { type ServerSide, scriptedServer } from '../scripted-server.ts';

/** Answers the PING that is behind a wish for a nick. */
async function answers(side: ServerSide): Promise<void> {
  const [, token] = (await side.next(/^PING nick/)).split(' ');
  side.say(`:s PONG s :${token}`);
}

describe('a wish for a nick', () => {
  it('of which the server says nothing is refused, and the next one is asked for', async () => {
    const { rooms, channel, next, side } = await inChannel();
    rooms.rename(channel, 'rose');
    await side.next(/^NICK rose$/);
    await answers(side);
    expect((await next(channel, 'refused')).refusal.condition).toBe('not-acceptable');
    rooms.rename(channel, 'rosa');
    await side.next(/^NICK rosa$/);
    side.say(':juliet!j@h NICK :rosa');
    await answers(side);
    expect(await next(channel, 'renamed')).toMatchObject({ to: 'rosa' });
  });

  it('that the server cuts is done, and the cut one is asked for again', async () => {
    const { rooms, channel, next, side, place, told } = await inChannel();
    rooms.rename(channel, 'rosa-rosarum-rosis');
    await side.next(/^NICK rosa-rosarum-rosis$/);
    side.say(':juliet!j@h NICK :rosa-rosarum');
    await answers(side);
    expect(await next(channel, 'renamed')).toMatchObject({ to: 'rosa-rosarum' });
    await side.barrier();
    expect(told().map(({ is }) => is)).toEqual(['renamed']);
    side.hangUp();
    await (await place.accepted()).next(/^NICK rosa-rosarum$/);
  });

  it('is refused by 435', async () => {
    const { rooms, channel, next, side } = await inChannel();
    rooms.rename(channel, 'rose');
    await side.next(/^NICK rose$/);
    side.say(':s 435 juliet rose #garden :Cannot change nickname while banned on channel');
    expect((await next(channel, 'refused')).refusal).toMatchObject({
      ...{ condition: 'not-allowed', text: expect.stringContaining('(435)') },
    });
  });

  it('that no line has room for is refused', async () => {
    const { rooms, channel, next } = await inChannel();
    rooms.rename(channel, '\u{1f339}'.repeat(124));
    expect((await next(channel, 'refused')).refusal.condition).toBe('not-acceptable');
  });

  it('is answered when the connection is lost', async () => {
    const { rooms, channel, next, side } = await inChannel();
    rooms.rename(channel, 'rose');
    await side.next(/^NICK rose$/);
    side.hangUp();
    expect((await next(channel, 'refused')).refusal.type).toBe('wait');
  });
});

describe('who comes into his first room', () => {
  it('has the nick with which he comes, though he has spoken to somebody before', async () => {
    const place = await scriptedServer({ endsAtQuit: true });
    const { rooms, room, next } = await onServer(place);
    rooms.join(room('#garden'), { nick: 'juliet' });
    const side = await place.accepted();
    await side.welcome('juliet', ...FEATURES);
    await side.next(/^JOIN #garden$/);
    side.say(':juliet!j@h JOIN #garden', ':s 353 juliet = #garden :juliet');
    side.say(':s 366 juliet #garden :End');
    await next(room('#garden'), 'joined');
    rooms.leave(room('#garden'));
    rooms.join(room('#tomb'), { nick: 'capulet' });
    await side.next(/^NICK capulet$/);
    await side.next(/^JOIN #tomb$/);
    side.hangUp();
    await (await place.accepted()).next(/^NICK capulet$/);
  });

  it('and calls himself otherwise before the server knows him is called so', async () => {
    const place = await scriptedServer({ endsAtQuit: true });
    const { rooms, room } = await onServer(place);
    rooms.join(room('#garden'), { nick: 'juliet' });
    rooms.leave(room('#garden'));
    const side = await place.accepted();
    await side.next(/^NICK juliet$/);
    rooms.join(room('#garden'), { nick: 'capulet' });
    await side.welcome('juliet', ...FEATURES);
    await side.next(/^NICK capulet$/);
  });

  it('keeps the nick that the administrator gave him', async () => {
    const place = await scriptedServer({ endsAtQuit: true });
    const { rooms, room } = await onServer(place, { account: { nick: 'juliet' } });
    rooms.join(room('#garden'), { nick: 'rose' });
    const side = await place.accepted();
    await side.welcome('juliet', ...FEATURES);
    await side.next(/^JOIN #garden$/);
    rooms.leave(room('#garden'));
    rooms.join(room('#garden'), { nick: 'rosa' });
    await side.next(/^JOIN #garden$/);
    expect(side.lines.filter((line) => line.startsWith('NICK'))).toEqual(['NICK juliet']);
  });
});
