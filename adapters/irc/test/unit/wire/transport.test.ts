import { EventEmitter, once } from 'node:events';
import { expect, it } from 'vitest';
import { charsetOf } from '../../../wire/charset.ts';
import { encodeLine, FIRST_LIMITS } from '../../../wire/line.ts';
import { Transport, type TransportEnd } from '../../../wire/transport.ts';
import { type ServerSide, scriptedServer } from '../../scripted-server.ts';

interface Opened {
  readonly transport: Transport;
  readonly lines: string[];
  /** Resolves the next time that it pauses. */
  readonly paused: () => Promise<void>;
  readonly ended: Promise<TransportEnd>;
  readonly server: ServerSide;
}

/** @param pausesAt it is paused after each of these lines */
async function opened(charset?: string, pausesAt: readonly string[] = []): Promise<Opened> {
  const server = await scriptedServer();
  const lines: string[] = [];
  const pauses = new EventEmitter();
  let isPaused = once(pauses, 'paused');
  const { promise: ended, resolve } = Promise.withResolvers<TransportEnd>();
  const transport = await new Promise<Transport>((ready) => {
    const made: Transport = new Transport({ ...server, tls: false }, charsetOf(charset), {
      opened: () => ready(made),
      line: (text) => {
        lines.push(text);
        if (!pausesAt.includes(text)) return;
        made.pause();
        pauses.emit('paused');
      },
      turn: () => {},
      closed: resolve,
    });
  });
  const paused = async (): Promise<void> => {
    await isPaused;
    isPaused = once(pauses, 'paused');
  };
  return { transport, lines, paused, ended, server: await server.accepted() };
}

it('puts lines together, however they were cut', async () => {
  const { lines, ended, server } = await opened();
  const text = 'PING :grüße 👋\r\n\r\nNICK x\nQUIT\r\n';
  for (const byte of Buffer.from(text)) server.raw(Buffer.of(byte));
  server.hangUp();
  expect(await ended).toMatchObject({ why: 'ended' });
  expect(lines).toEqual(['PING :grüße 👋', 'NICK x', 'QUIT']);
});

it('does not take a CR in the middle for the end of a line', async () => {
  const { lines, ended, server } = await opened();
  server.raw(':n!u@h PRIVMSG #a :hi\r:Forged!u@h PRIVMSG #a :forged\0\r\r\n');
  server.hangUp();
  await ended;
  expect(lines).toEqual([':n!u@h PRIVMSG #a :hi :Forged!u@h PRIVMSG #a :forged ']);
});

it('takes a line of 16 KiB, and hangs up at a longer one', async () => {
  const { lines, ended, server } = await opened();
  server.say('x'.repeat(16_000));
  server.raw('y'.repeat(20_000));
  expect(await ended).toMatchObject({ why: 'line-too-long' });
  expect(lines).toEqual(['x'.repeat(16_000)]);
});

it('keeps nothing of 40 MB without an end', async () => {
  const { lines, ended, server } = await opened();
  const before = process.memoryUsage().arrayBuffers;
  const poured = await server.pour(Buffer.alloc(64 * 1024, 'z'), 640);
  expect(await ended).toMatchObject({ why: 'line-too-long' });
  expect(lines).toEqual([]);
  expect(poured).toBeLessThan(640);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
});

it('gives not one line more while it is paused, and then all of them in order', async () => {
  const sent = Array.from({ length: 20_000 }, (_, at) => `line ${at}`);
  const { transport, lines, paused, ended, server } = await opened('utf-8', ['line 7', 'line 9']);
  server.say(...sent);
  await paused();
  expect(lines).toEqual(sent.slice(0, 8));
  transport.resume();
  await paused();
  await turns(50);
  expect(lines).toEqual(sent.slice(0, 10));
  server.hangUp();
  transport.resume();
  expect(await ended).toMatchObject({ why: 'ended' });
  expect(lines).toEqual(sent);
});

it('gives what had come when the connection breaks, though it is paused', async () => {
  const sent = Array.from({ length: 100 }, (_, at) => `line ${at}`);
  const { lines, paused, ended, server } = await opened('utf-8', sent);
  server.say(...sent);
  await paused();
  server.breakOff();
  expect(await ended).toMatchObject({ why: 'lost' });
  expect(lines).toEqual(sent);
});

it('gives nothing more of what had come when it is ended here', async () => {
  const { transport, lines, paused, ended, server } = await opened('utf-8', ['one']);
  server.say('one', 'two');
  await paused();
  transport.destroy({ why: 'lost', words: 'enough' });
  transport.resume();
  await ended;
  expect(lines).toEqual(['one']);
});

it('reads what is no UTF-8 as the charset of the server, and writes so', async () => {
  const { transport, lines, ended, server } = await opened('koi8-r');
  server.raw(Buffer.from([0xf0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4, 0x0a]));
  server.say('Привет');
  transport.write(encodeLine(FIRST_LIMITS, 'QUIT', 'Привет'));
  expect(await server.next(/^QUIT/)).toBe('QUIT :\xf0\xd2\xc9\xd7\xc5\xd4');
  transport.write(encodeLine(FIRST_LIMITS, 'QUIT', 'Привет 👋'));
  const utf8 = Buffer.from('Привет 👋').toString('latin1');
  expect(await server.next(/^QUIT/)).toBe(`QUIT :${utf8}`);
  server.hangUp();
  await ended;
  expect(lines).toEqual(['Привет', 'Привет']);
});

it('says why there is no connection', async () => {
  const { promise: ended, resolve } = Promise.withResolvers<TransportEnd>();
  const nobody = { opened: () => {}, line: () => {}, turn: () => {}, closed: resolve };
  new Transport({ host: '127.0.0.1', port: 1, tls: false }, charsetOf(), nobody);
  expect(await ended).toMatchObject({ why: 'unreachable' });
});

/** Lets everything come that is on its way. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
