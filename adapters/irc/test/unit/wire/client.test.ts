import { describe, expect, it } from 'vitest';
import type { WireOptions } from '../../../wire/client.ts';
import { LineError } from '../../../wire/line.ts';
import { PACES } from '../../../wire/throttle.ts';
import { HandClock } from '../../hand-clock.ts';
import { scriptedServer } from '../../scripted-server.ts';
import { connected, waiting } from '../../wire-subject.ts';

async function welcomed(options: Partial<WireOptions> = {}, ...capabilities: readonly string[]) {
  const place = await scriptedServer();
  const subject = connected(place, 'me', options);
  const server = await place.accepted();
  await server.next(/^USER/);
  if (capabilities.length > 0) {
    server.say(`:s CAP * LS :${capabilities.join(' ')}`);
    await server.next(/^CAP REQ/);
    server.say(`:s CAP * ACK :${capabilities.join(' ')}`);
    await server.next(/^CAP END/);
  }
  server.say(':s 001 me :Welcome', ':s 422 me :No message of the day');
  await subject.told.next('registered');
  return { ...subject, server };
}

/** CAP, NICK and USER are not counted. */
const TWO_TEXTS = { burst: 2, perSecond: 0.001 };

describe('a text', () => {
  it('is told its own error only where it can be told apart', async () => {
    const { wire, server, told } = await welcomed();
    const [one, two, other] = ['#a', '#a', '#b'].map((to) => wire.sendText(to, 'x', waiting()));
    const token = (await server.next(/^PING/)).split(' ')[1];
    server.say(':s 404 me #A :Cannot send to channel', `:s PONG s :${token}`);
    expect(await Promise.all([one, two, other])).toEqual([
      { is: 'unknown' },
      { is: 'unknown' },
      { is: 'taken' },
    ]);
    expect(told.count('error')).toBe(0);
  });

  it('of which several fail for one reason is known to have failed', async () => {
    const { wire, server } = await welcomed();
    const texts = ['1', '2'].map((text) => wire.sendText('#a', text, waiting()));
    const token = (await server.next(/^PING/)).split(' ')[1];
    server.say(':s 404 me #a :No', ':s 404 me #a :No', `:s PONG s :${token}`);
    expect((await Promise.all(texts)).map(({ is }) => is)).toEqual(['refused', 'refused']);
  });

  it('that left is unknown when the connection is lost, and one that waits is unsent', async () => {
    const { wire, server } = await welcomed({ pace: TWO_TEXTS });
    const left: string[] = [];
    const send = (text: string) =>
      wire.sendText('bob', text, { ...waiting(), leave: () => left.push(text) });
    const texts = ['1', '2', '3'].map(send);
    server.hangUp();
    expect((await Promise.all(texts)).map(({ is }) => is)).toEqual([
      'unknown',
      'unknown',
      'unsent',
    ]);
    expect(left).toEqual(['1', '2']);
    expect(await send('4')).toEqual({ is: 'unsent' });
  });

  it('that left before a good-bye may still be acknowledged; one that waits never leaves', async () => {
    const { wire, server, told } = await welcomed({ pace: TWO_TEXTS });
    const texts = ['1', '2', '3', '4'].map((text) => wire.sendText('bob', text, waiting()));
    wire.quit('bye');
    const late = wire.sendText('bob', 'late', waiting());
    const token = (await server.next(/^PING t/)).split(' ')[1];
    await server.next(/^QUIT :bye$/);
    server.say(`:s PONG s :${token}`);
    server.hangUp();
    const outcomes = await Promise.all(texts);
    expect(outcomes.map(({ is }) => is)).toEqual(['taken', 'taken', 'unsent', 'unsent']);
    expect(await late).toEqual({ is: 'unsent' });
    expect(await told.next('closed')).toMatchObject({ why: 'quit' });
    expect(server.lines.at(-1)).toBe('QUIT :bye');
  });

  it('waits no longer than its signal', async () => {
    const { wire, server } = await welcomed({}, 'labeled-response');
    const waits = new AbortController();
    const text = wire.sendText('bob', 'hello', { ...waiting(), signal: waits.signal });
    await server.next(/^@label=\d+ PRIVMSG bob :hello$/);
    waits.abort();
    expect(await text).toEqual({ is: 'unknown' });
    expect(await wire.sendText('bob', 'x', { ...waiting(), signal: waits.signal })).toEqual({
      is: 'unsent',
    });
  });

  it('does not leave when it may not', async () => {
    const { wire, server } = await welcomed();
    const leave = (): void => {
      throw new Error('the lease is over');
    };
    await expect(wire.sendText('bob', 'never', { ...waiting(), leave })).rejects.toThrow('lease');
    await server.barrier();
    expect(server.lines.join()).not.toContain('never');
  });

  it('that is no line is refused before anything is done', async () => {
    const { wire } = await welcomed();
    await expect(wire.sendText('a,b', 'x', waiting())).rejects.toThrow(LineError);
    await expect(wire.sendText('bob', 'x\n', waiting())).rejects.toThrow(LineError);
    await expect(wire.sendText('bob', '\x01VERSION\x01', waiting())).rejects.toThrow(LineError);
  });

  it('is acknowledged by whatever has its label', async () => {
    const { wire, server, told } = await welcomed(
      {},
      ...['batch', 'echo-message', 'labeled-response', 'message-tags'],
    );
    const labelOf = async () => (await server.next(/^@label=/)).slice(7).split(' ')[0];
    const plain = wire.sendText('bob', '1', waiting());
    server.say(`@label=${await labelOf()} :s ACK`);
    expect(await plain).toEqual({ is: 'taken' });
    const echoed = wire.sendText('bob', '2', waiting());
    server.say(`@label=${await labelOf()};msgid=m2 :me!u@h PRIVMSG bob :2`);
    expect(await echoed).toEqual({ is: 'taken', id: 'm2' });
    const batched = wire.sendText('bob', '3', waiting());
    server.say(
      `@label=${await labelOf()} :s BATCH +b1 labeled-response`,
      '@batch=b1 :s 301 me bob :at lunch',
      ':s BATCH -b1',
    );
    expect(await batched).toEqual({ is: 'taken' });
    expect(await told.next('away')).toEqual({ is: 'away', nick: 'bob', text: 'at lunch' });
    const failed = wire.sendText('bob', '4', waiting());
    server.say(`@label=${await labelOf()} :s FAIL PRIVMSG SPAM bob :No such luck`);
    expect(await failed).toMatchObject({ is: 'refused', error: { words: 'No such luck' } });
    expect(told.count('message') + told.count('error')).toBe(0);
  });

  it('of another client of ours is no echo', async () => {
    const { wire, server, told } = await welcomed({}, 'echo-message');
    const text = wire.sendText('#a', '\x02mine\x02', waiting());
    await server.next(/^PRIVMSG/);
    server.say(':me!u@h PRIVMSG #a :another', ':me!u@h PRIVMSG #a :mine');
    expect(await text).toEqual({ is: 'taken' });
    expect(await told.next('message')).toMatchObject({ own: true, text: 'another' });
    expect(told.count('message')).toBe(1);
  });

  it('that a filter has changed was taken, and holds nothing up', async () => {
    const { wire, server, told } = await welcomed({}, 'echo-message', 'message-tags');
    const texts = ['damn it', 'a \x11b\x11'].map((text) => wire.sendText('#a', text, waiting()));
    const other = wire.sendText('bob', 'hello', waiting());
    await server.next(/^PRIVMSG bob/);
    server.say(
      ...['@msgid=m1 :me!u@h PRIVMSG #a :**** it', '@msgid=m2 :me!u@h PRIVMSG #a :a b?'],
      ':me!u@h PRIVMSG bob :hello',
    );
    expect(await other).toEqual({ is: 'taken' });
    const token = (await server.next(/^PING t/)).split(' ')[1];
    server.say(`:s PONG s :${token}`);
    expect(await Promise.all(texts)).toEqual([
      { is: 'taken', id: 'm1' },
      { is: 'taken', id: 'm2' },
    ]);
    expect(told.count('message')).toBe(0);
  });

  it('is refused though something was heard before that looks like its echo', async () => {
    const { wire, server, told } = await welcomed({}, 'echo-message');
    const text = wire.sendText('#a', 'mine', waiting());
    await server.next(/^PRIVMSG/);
    server.say(':me!u@h PRIVMSG #a :another', ':s 404 me #a :No');
    expect(await text).toMatchObject({ is: 'refused', error: { code: 404 } });
    expect(await told.next('message')).toMatchObject({ own: true, text: 'another' });
  });

  it('of which no echo comes is asked for later, and then nobody can tell', async () => {
    const [pace, watch] = [new HandClock(), new HandClock()];
    const { wire, server } = await welcomed({ clocks: { pace, watch } }, 'echo-message');
    const text = wire.sendText('#a', 'into a flood', waiting());
    await server.next(/^PRIVMSG/);
    pace.advance(2_900);
    await server.barrier();
    expect(server.lines.filter((line) => line.startsWith('PING t'))).toEqual([]);
    pace.advance(100);
    const token = (await server.next(/^PING t/)).split(' ')[1];
    server.say(`:s PONG s :${token}`);
    expect(await text).toEqual({ is: 'unknown' });
    pace.advance(100);
    expect(pace.members.size).toBe(0);
  });

  it('to one target too many may leave a little later', async () => {
    const { wire, server } = await welcomed({}, 'echo-message');
    const text = wire.sendText('bob', 'hello', waiting());
    await server.next(/^PRIVMSG/);
    server.say(':s 707 me bob :Targets changing too fast, message dropped');
    expect(await text).toMatchObject({ is: 'refused', error: { code: 707, target: 'bob' } });
  });

  it('is not followed by more than eight that nobody has acknowledged', async () => {
    const { wire, server } = await welcomed({ pace: PACES.none });
    const texts = Array.from({ length: 20 }, (_, at) => wire.sendText('#a', `${at}`, waiting()));
    const inFlight: number[] = [];
    for (let answered = 0; answered < texts.length; ) {
      const token = (await server.next(/^PING t/)).split(' ')[1];
      const left = server.lines.filter((line) => line.startsWith('PRIVMSG')).length;
      inFlight.push(left - answered);
      answered = left;
      server.say(`:s PONG s :${token}`);
    }
    expect(Math.max(...inFlight)).toBe(8);
    expect((await Promise.all(texts)).every(({ is }) => is === 'taken')).toBe(true);
  });
});

it('answers PING ahead of all that waits', async () => {
  const { wire, server } = await welcomed({ pace: { burst: 1, perSecond: 0.001 } });
  for (let at = 0; at < 50; at++) wire.send('JOIN', `#a${at}`);
  server.say('PING :are you there');
  await server.next(/^PONG :are you there$/);
  wire.quit('bye');
  await server.next(/^QUIT :bye$/);
  expect(server.lines.filter((line) => line.startsWith('JOIN')).length).toBeLessThan(3);
});

it('learns what others see of it, and uses every byte', async () => {
  const { wire, server } = await welcomed();
  const assumed = wire.textBytes('#a');
  server.say(':me!~u@host.example JOIN #a');
  await server.barrier();
  expect(wire.textBytes('#a')).toBe(512 - ':me!~u@host.example PRIVMSG #a :\r\n'.length);
  expect(assumed).toBeLessThan(wire.textBytes('#a'));
  server.say(':s 396 me cloak.example :is now your host', ':me!~u@cloak.example NICK longer');
  await server.barrier();
  expect(wire.textBytes('#a')).toBe(512 - ':longer!~u@cloak.example PRIVMSG #a :\r\n'.length);
});

describe('a server that says nothing', () => {
  it('is asked, and then given up', async () => {
    const [pace, watch] = [new HandClock(), new HandClock()];
    const { server, told } = await welcomed({ clocks: { pace, watch } });
    watch.advance(46_000);
    await server.next(/^PING alive$/);
    watch.advance(5_000);
    server.say(':s PONG s alive');
    await server.barrier();
    expect(server.lines.filter((line) => line === 'PING alive')).toHaveLength(1);
    watch.advance(46_000);
    await server.next(/^PING alive$/);
    watch.advance(30_000);
    expect(await told.next('closed')).toMatchObject({ why: 'silent' });
    expect([pace.members.size, watch.members.size]).toEqual([0, 0]);
  });

  it('because it is not read is not given up, and then has all its time again', async () => {
    const [pace, watch] = [new HandClock(), new HandClock()];
    const { wire, server, told } = await welcomed({ clocks: { pace, watch } });
    watch.advance(40_000);
    wire.pause();
    server.say(':x!u@h PRIVMSG me :heard late');
    for (let minute = 0; minute < 10; minute++) watch.advance(60_000);
    expect(told.count('message') + told.count('closed')).toBe(0);
    wire.resume();
    await told.next('message');
    wire.pause();
    watch.advance(60_000);
    wire.resume();
    watch.advance(44_000);
    expect(told.count('closed')).toBe(0);
    await server.barrier();
    expect(server.lines).not.toContain('PING alive');
    watch.advance(46_000);
    await server.next(/^PING alive$/);
    watch.advance(30_000);
    expect(await told.next('closed')).toMatchObject({ why: 'silent' });
  });

  it('and is not read is heard to its end when we have said good-bye', async () => {
    const { wire, server, told } = await welcomed();
    wire.pause();
    server.say(':x!u@h PRIVMSG me :heard late');
    wire.quit('bye');
    await server.next(/^QUIT :bye$/);
    server.hangUp();
    expect(await told.next('message')).toMatchObject({ text: 'heard late' });
    expect(await told.next('closed')).toMatchObject({ why: 'quit' });
  });

  it('or lets nobody in is given up after a minute', async () => {
    const [pace, watch] = [new HandClock(), new HandClock()];
    const place = await scriptedServer();
    const { told } = connected(place, 'me', { clocks: { pace, watch } });
    await (await place.accepted()).next(/^USER/);
    watch.advance(61_000);
    expect(await told.next('closed')).toMatchObject({ why: 'silent' });
  });

  it('at a good-bye is not waited for', async () => {
    const [pace, watch] = [new HandClock(), new HandClock()];
    const { wire, server, told } = await welcomed({ clocks: { pace, watch } });
    wire.quit(`bye ${'ü'.repeat(300)}`);
    await server.next(/^QUIT :bye (\xc3\xbc)+$/);
    watch.advance(6_000);
    expect(await told.next('closed')).toMatchObject({ why: 'quit' });
  });
});

it('gives the quits of a split as one event, in its place', async () => {
  const { server, told } = await welcomed();
  const quits = Array.from({ length: 500 }, (_, at) => `:n${at}!u@h QUIT :a.example b.example`);
  server.say(':x!u@h PRIVMSG me :before', ...quits, ':x!u@h PRIVMSG me :after', ':x!u@h QUIT :a b');
  const gone: string[] = [];
  while (gone.length < 500) {
    const split = await told.next('split');
    expect(split.words).toBe('a.example b.example');
    gone.push(...split.gone.map(({ nick }) => nick));
  }
  await told.next('quit');
  expect(gone).toEqual(quits.map((_, at) => `n${at}`));
  const kinds = told.all.map(({ is }) => is);
  expect(kinds.filter((is) => is === 'split').length).toBeLessThan(10);
  expect(kinds.filter((is) => is !== 'split')).toEqual([
    'registered',
    'message',
    'message',
    'quit',
  ]);
  expect(kinds.lastIndexOf('split')).toBeLessThan(kinds.lastIndexOf('message'));
});

it('goes on after a listener that throws', async () => {
  const place = await scriptedServer();
  const faults: unknown[] = [];
  const { told } = connected(place, 'me', {
    onEvent: (event) => {
      told.add(event);
      if (event.is === 'message' && event.text === 'bang') throw new Error('of the listener');
    },
    onFault: (error) => void faults.push(error),
  });
  const server = await place.accepted();
  await server.welcome();
  server.say(':x!u@h PRIVMSG me :bang', ':x!u@h PRIVMSG me :next');
  await told.next('message', ({ text }) => text === 'next');
  expect(faults).toEqual([new Error('of the listener')]);
});
