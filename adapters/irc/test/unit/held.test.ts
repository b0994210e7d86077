import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FEATURES, inChannel } from '../in-channel.ts';

const LINES = Array.from({ length: 100 }, (_, at) => `line ${at}`);

/** In the garden, and what is said there fills the way to the clients. */
async function held() {
  const on = await inChannel();
  const way = Promise.withResolvers<void>();
  on.rig.full = way.promise;
  on.side.say(':romeo!romeo@romeo.example PRIVMSG #garden :too much');
  expect((await on.next(on.channel, 'said')).text).toBe('too much');
  return {
    ...on,
    goOn: () => {
      on.rig.full = undefined;
      way.resolve();
    },
  };
}

function texts(told: readonly { readonly is: string; readonly text?: string }[]) {
  return told.flatMap(({ is, text }) => (is === 'said' ? [text] : []));
}

describe('while the way to the clients is full', () => {
  it('not one line more is told, and then all of them are, once and in order', async () => {
    const { side, told, goOn, next, channel, rig } = await held();
    side.say(...LINES.map((text) => `:romeo!r@h PRIVMSG #garden :${text}`));
    side.say(':romeo!r@h PRIVMSG juliet :between us');
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(texts(told())).toEqual(['too much']);
    goOn();
    await next(channel, 'said', ({ text }) => text === LINES.at(-1));
    await side.barrier();
    expect(texts(told())).toEqual(LINES);
    expect(rig.received).toMatchObject([{ text: 'between us' }]);
  });

  it('a connection that is lost is made again, and what it says waits, too', async () => {
    const { place, side, next, channel, told, goOn } = await held();
    side.breakOff();
    await next(channel, 'lost');
    const again = await place.accepted();
    await again.welcome('juliet', ...FEATURES);
    await again.next(/^JOIN #garden$/);
    again.say(':juliet!juliet@capulet.example JOIN #garden', 'PING :not yet');
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(again.lines).not.toContain('PONG :not yet');
    goOn();
    await again.next(/^PONG :not yet$/);
    expect(told().map(({ is }) => is)).toEqual(['said', 'lost']);
  });

  it('no time passes for a list that is not read', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { rooms, room, side, next, rig, channel, told } = await inChannel();
    const forest = room('#forest');
    rooms.join(forest, { nick: 'juliet' });
    await side.next(/^JOIN #forest$/);
    side.say(':juliet!juliet@capulet.example JOIN #forest');
    side.say(':s 353 juliet = #forest :juliet');
    await side.barrier();
    const way = Promise.withResolvers<void>();
    rig.full = way.promise;
    side.say(':romeo!romeo@romeo.example PRIVMSG #garden :too much');
    await next(channel, 'said');
    vi.advanceTimersByTime(10 * 60_000);
    expect(told().map(({ is }) => is)).toEqual(['said']);
    way.resolve();
    await side.barrier();
    expect(told()).toEqual([]);
    side.say(':s 366 juliet #forest :End');
    await next(forest, 'joined');
  });
});
