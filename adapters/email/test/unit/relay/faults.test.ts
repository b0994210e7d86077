/** Connections that break, hang, drip or speak nonsense, at every phase. */

import { once } from 'node:events';
import { createServer } from 'node:net';
import { DeliveryError } from 'postern/adapter';
import { describe, expect, test } from 'vitest';
import { type Answer, DROP, HANG, type Phase } from '../../scripted-server.ts';
import { letter, relayTo, scripted, send, written } from './on-relay.ts';

const BEFORE: readonly Phase[] = ['greeting', 'ehlo', 'mail', 'rcpt', 'data'];
/** More than the operating system takes off our hands while nobody reads. */
const HUGE = written(Buffer.alloc(16 * 1024 * 1024, `${'postern '.repeat(100)}\r\n`));
const ANY_SIZE = ['SIZE 0', 'DSN'];

describe('a connection that breaks', () => {
  test.each(BEFORE)('at %s: nothing left, so later', async (phase) => {
    const { server, relay, troubles } = await scripted({ answers: { [phase]: DROP } });
    expect(await send(relay)).toMatchObject({ verdict: 'later', left: 0 });
    expect(server.ends).toBe(0);
    expect(troubles).toEqual([]);
  });

  test('amid the content: its end can not have arrived, so later', async () => {
    const stop: Answer = (socket) => {
      socket.pause();
      setImmediate(() => socket.destroy());
    };
    const { server, relay } = await scripted({ answers: { begun: stop }, offers: ANY_SIZE });
    expect(await send(relay, { message: HUGE })).toMatchObject({ verdict: 'later', left: 1 });
    expect(server.ends).toBe(0);
  });

  test('after the end of the content: nobody knows', async () => {
    const { server, relay } = await scripted({ answers: { dot: DROP } });
    expect(await send(relay)).toMatchObject({ verdict: 'unknown-outcome', left: 1 });
    expect(server.ends).toBe(1);
  });

  test('before there is one', async () => {
    const nobody = createServer();
    nobody.listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    const address = nobody.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    nobody.close();
    await once(nobody, 'close');
    const { relay, troubles, absences } = relayTo(port);
    const { error, left } = await send(relay);
    expect(error?.verdict).toEqual({ kind: 'later', scope: 'transport' });
    expect(error?.message).toContain('ECONNREFUSED');
    expect(left).toBe(0);
    expect(troubles).toEqual([]);
    expect(absences).toEqual([expect.stringContaining(`ECONNREFUSED 127.0.0.1:${port}`)]);
  });

  test.each([
    ['greeting', 1],
    ['rcpt', 0],
    ['dot', 0],
  ] as const)(
    'at %s: whether the server is away is told by its session alone',
    async (phase, count) => {
      const { relay, absences } = await scripted({ answers: { [phase]: DROP } });
      await send(relay);
      expect(absences).toHaveLength(count);
    },
  );
});

describe('a server that hangs until time is up', () => {
  test.each(BEFORE)('at %s: later', async (phase) => {
    const { server, relay } = await scripted({ answers: { [phase]: HANG } });
    const timeUp = new AbortController();
    server.onPhase((at) => at === phase && timeUp.abort());
    expect(await send(relay, {}, { signal: timeUp.signal })).toMatchObject({
      verdict: 'later',
      left: 0,
    });
  });

  test('as it takes no more of the content: later', async () => {
    const answers = { begun: (socket: { pause(): void }) => socket.pause() };
    const { server, relay } = await scripted({ answers, offers: ANY_SIZE });
    const timeUp = new AbortController();
    server.onPhase((at) => at === 'begun' && timeUp.abort());
    const sending = await send(relay, { message: HUGE }, { signal: timeUp.signal });
    expect(sending).toMatchObject({ verdict: 'later', left: 1 });
    expect(server.ends).toBe(0);
  });

  test('after the end of the content: nobody knows, and the next mail goes on', async () => {
    const { server, relay } = await scripted({ answers: { dot: HANG } });
    const timeUp = new AbortController();
    server.onPhase((at) => at === 'dot' && timeUp.abort());
    expect(await send(relay, {}, { signal: timeUp.signal })).toMatchObject({
      verdict: 'unknown-outcome',
      left: 1,
    });
    server.script = {};
    expect((await send(relay)).accepted).toBeDefined();
  });

  test('and who waits for a connection gets one when those that hung are given up', async () => {
    const { server, relay } = await scripted({ answers: { dot: HANG } });
    const timeUp = new AbortController();
    const all = Array.from({ length: 8 }, () => send(relay, {}, { signal: timeUp.signal }));
    const waiting = send(relay);
    await server.reached('dot', 8);
    server.script = {};
    timeUp.abort();
    for (const sending of await Promise.all(all)) expect(sending.verdict).toBe('unknown-outcome');
    expect((await waiting).accepted).toBeDefined();
  });
});

describe('a server that answers before the end of the content', () => {
  const early = (reply: string): Answer => {
    return (socket) => {
      socket.pause();
      socket.write(`${reply}\r\n`);
    };
  };

  test.each([
    ['552 5.3.4 too much', 'never'],
    ['451 4.3.0 not now', 'later'],
    ['250 2.0.0 that will do', 'unknown-outcome'],
  ])('%s: %s, and no more is sent', async (reply, verdict) => {
    const answers = { begun: early(reply) };
    const { server, relay } = await scripted({ answers, offers: ANY_SIZE });
    expect(await send(relay, { message: HUGE })).toMatchObject({ verdict, left: 1 });
    server.script = {};
    expect((await send(relay)).accepted).toBeDefined();
    expect(server.connections).toBe(2);
    expect(server.ends).toBe(1);
  });
});

describe('a server that speaks nonsense', () => {
  test.each([
    ['another protocol', 'HTTP/1.1 400 Bad Request'],
    ['bytes', '\u0000\u0001\u00ff\u00fe'],
    ['a success that is none', '250 hello'],
  ])('greets with %s: later, and the operator is told', async (_what, greeting) => {
    const { relay, troubles } = await scripted({ answers: { greeting } });
    const { error } = await send(relay);
    expect(error?.verdict).toEqual({ kind: 'later', scope: 'transport' });
    expect(troubles).toHaveLength(1);
    expect(troubles[0]).toMatch(/^[\x20-\x7e…ÿþ]{1,300}$/);
  });

  test.each<Phase>(['greeting', 'ehlo', 'mail'])(
    'answers without end at %s: it is not listened to for long',
    async (phase) => {
      const flood: Answer = (socket) => {
        const more = (): void => {
          if (!socket.destroyed && socket.write(`250-${'x'.repeat(8_000)}\r\n`)) setImmediate(more);
        };
        socket.on('drain', more);
        more();
      };
      const { relay } = await scripted({ answers: { [phase]: flood } });
      expect(await send(relay)).toMatchObject({ verdict: 'later', left: 0 });
    },
  );

  test('drips: time runs all the same', async () => {
    let dripped = 0;
    const timeUp = new AbortController();
    const drip: Answer = (socket) => {
      const drops = setInterval(() => {
        dripped += 1;
        socket.write('2');
        if (dripped === 20) timeUp.abort();
      }, 2);
      socket.once('close', () => clearInterval(drops));
    };
    const { relay } = await scripted({ answers: { mail: drip } });
    expect(await send(relay, {}, { signal: timeUp.signal })).toMatchObject({ verdict: 'later' });
    expect(dripped).toBeGreaterThanOrEqual(20);
  });
});

describe('leaving', () => {
  test('comes once, after the server said that it takes the content, and before any of it', async () => {
    const { server, relay } = await scripted();
    const order: string[] = [];
    server.onPhase((phase) => order.push(phase));
    await send(relay, {}, { leave: () => order.push('left') });
    expect(order.slice(order.indexOf('data'))).toEqual(['data', 'left', 'begun', 'dot']);
  });

  test('what may not leave does not, and why is not changed', async () => {
    const { server, relay } = await scripted();
    const error = new DeliveryError({ kind: 'later', afterMs: 1 }, 'the lease is over');
    const before = { ...error, message: error.message };
    const leave = () => {
      throw error;
    };
    const over = new Promise<void>((resolve) => {
      server.onPhase((phase) => phase === 'greeting' && resolve());
    });
    const sending = relay.send(letter(), { signal: new AbortController().signal, leave });
    await expect(sending).rejects.toBe(error);
    await over;
    expect({ ...error, message: error.message }).toEqual(before);
    expect((await send(relay)).accepted).toBeDefined();
    expect(server.mails).toHaveLength(1);
    expect(server.connections).toBe(2);
  });

  test('an attempt whose time was up before it began does not connect', async () => {
    const { server, relay } = await scripted();
    const sending = await send(relay, {}, { signal: AbortSignal.abort() });
    expect(sending).toMatchObject({ verdict: 'later', left: 0 });
    expect(server.connections).toBe(0);
  });
});
