import type { MessageId } from 'postern/adapter';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { HANG } from '../../scripted-server.ts';
import { letter, scripted, send, written } from './on-relay.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** What the pool sees of time. Sockets go on. */
const holdTime = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });

test('mails that follow each other use one connection', async () => {
  const { server, relay } = await scripted();
  for (const _ of Array(30)) await send(relay);
  expect(server.connections).toBe(1);
  expect(server.mails).toHaveLength(30);
});

test('a storm is served by eight connections, and nothing of it is lost', async () => {
  const { server, relay } = await scripted();
  const storm = Array.from({ length: 300 }, (_, number) =>
    send(relay, { message: written(`Subject: ${number}\r\n\r\nhi\r\n`) }),
  );
  for (const { accepted } of await Promise.all(storm)) expect(accepted).toBeDefined();
  expect(server.peak).toBe(8);
  expect(server.connections).toBe(8);
  expect(new Set(server.mails.map(({ wire }) => wire)).size).toBe(300);
});

test('those that wait get their turn in order', async () => {
  const { server, relay } = await scripted();
  const ids = Array.from({ length: 8 + 20 }, (_, number) => `E${number}`);
  await Promise.all(ids.map((id) => send(relay, { envelopeId: id as MessageId })));
  const begun = server.commands.filter((line) => line.startsWith('MAIL'));
  const waited = ids.slice(8);
  const order = begun.map((line) => /ENVID=(\w+)/.exec(line)?.[1] ?? '');
  expect(order.filter((id) => waited.includes(id))).toEqual(waited);
});

test('one whose time is up while it waits does not hold up the next', async () => {
  const { server, relay } = await scripted({ answers: { dot: HANG } });
  const stop = new AbortController();
  const hanging = Array.from({ length: 8 }, () => send(relay, {}, { signal: stop.signal }));
  await server.reached('dot', 8);
  const timeUp = new AbortController();
  const impatient = send(relay, {}, { signal: timeUp.signal });
  const patient = send(relay);
  timeUp.abort();
  expect(await impatient).toMatchObject({ verdict: 'later', left: 0 });
  server.script = {};
  stop.abort();
  await Promise.all(hanging);
  expect((await patient).accepted).toBeDefined();
});

test('a connection is given up after a hundred mails', async () => {
  const { server, relay } = await scripted();
  for (const _ of Array(101)) await send(relay);
  expect(server.connections).toBe(2);
  expect(server.commands.filter((line) => line === 'QUIT')).toHaveLength(1);
});

test('a mail that was refused costs its connection, not the next mail', async () => {
  const { server, relay } = await scripted({ answers: { rcpt: '550 5.1.1 no' } });
  expect((await send(relay)).verdict).toBe('never');
  server.script = {};
  expect((await send(relay)).accepted).toBeDefined();
  expect(server.mails).toHaveLength(1);
});

describe('a connection that rests', () => {
  test('is ended after some seconds, with a good-bye', async () => {
    holdTime();
    const { server, relay } = await scripted();
    await Promise.all([send(relay), send(relay)]);
    const over = server.reached('quit', 2);
    vi.advanceTimersByTime(4_999);
    expect(server.commands).not.toContain('QUIT');
    vi.advanceTimersByTime(1);
    await over;
  });

  test('stays as long as it is used', async () => {
    holdTime();
    const { server, relay } = await scripted();
    for (const _ of Array(10)) {
      await send(relay);
      vi.advanceTimersByTime(3_000);
    }
    expect(server.connections).toBe(1);
    const over = server.reached('quit');
    vi.advanceTimersByTime(5_000);
    await over;
  });

  test.each(['with a word', 'without'])('and was given up by the server %s', async (how) => {
    const { server, relay } = await scripted();
    await send(relay);
    // It learns of it only by the next mail.
    server.script = {
      answers: {
        mail: (socket) => {
          server.script = {};
          socket.end(how === 'without' ? '' : '421 4.4.2 you were away\r\n');
        },
      },
    };
    expect(await send(relay)).toMatchObject({ accepted: { dsn: true }, left: 1 });
    expect(server.connections).toBe(2);
    expect(server.mails).toHaveLength(2);
  });
});

describe('closing', () => {
  test('ends what rests, what is under way and what waits', async () => {
    const { server, relay } = await scripted();
    await send(relay);
    server.script = { answers: { dot: HANG } };
    const sendings = Array.from({ length: 9 }, () => send(relay));
    await server.reached('dot', 8);
    await relay.close();
    const ends = await Promise.all(sendings);
    expect(ends.map(({ verdict }) => verdict)).toEqual([
      ...Array(8).fill('unknown-outcome'),
      'later',
    ]);
    await relay.close();
  });

  test('takes nothing new', async () => {
    const { server, relay } = await scripted();
    await relay.close();
    expect((await send(relay)).verdict).toBe('later');
    expect(server.connections).toBe(0);
  });

  test('leaves no listener on the signal of an attempt', async () => {
    const { relay } = await scripted();
    const { signal } = new AbortController();
    const listening = vi.spyOn(signal, 'addEventListener');
    const gone = vi.spyOn(signal, 'removeEventListener');
    await relay.send(letter(), { signal, leave: () => {} });
    expect(gone.mock.calls.length).toBe(listening.mock.calls.length);
  });
});
