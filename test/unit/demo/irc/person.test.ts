import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { IrcPerson } from '../../../../demo/irc/person.ts';

const SIGNAL = AbortSignal.timeout(10_000);

/** A server with one client, whose lines the test reads, and which says what the test says. */
async function server() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const accepted = once(listener, 'connection').then(([socket]: Socket[]) => {
    if (socket === undefined) throw new Error('no connection');
    const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
    onTestFinished(() => void socket.destroy());
    return {
      say: (text: string) => socket.write(`${text}\r\n`),
      next: async () => (await lines.next()).value,
    };
  });
  const close = () => void listener.close();
  onTestFinished(close);
  const address = listener.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    accepted,
    close,
  };
}

test('somebody joins, answers pings, speaks and hears', async () => {
  const { port, accepted } = await server();
  const joining = IrcPerson.join(port, 'romeo', '#verona', SIGNAL);
  const side = await accepted;
  expect(await side.next()).toBe('NICK romeo');
  expect(await side.next()).toBe('USER romeo 0 * :romeo');
  expect(await side.next()).toBe('JOIN #verona');
  side.say('PING :one');
  expect(await side.next()).toBe('PONG :one');
  side.say(':irc.localhost 366 romeo #verona :End of NAMES list');
  const romeo = await joining;

  romeo.say(': ay');
  expect(await side.next()).toBe('PRIVMSG #verona :: ay');
  const heard = romeo.heard(SIGNAL);
  const first = heard.next();
  side.say(':juliet!~j@host JOIN #verona');
  side.say(':juliet!~j@host PRIVMSG #verona ::) 🌹');
  side.say(':nurse!n@host PRIVMSG #verona :Madam!');
  expect((await first).value).toEqual({ nick: 'juliet', channel: '#verona', text: ':) 🌹' });
  expect((await heard.next()).value).toMatchObject({ nick: 'nurse', text: 'Madam!' });
});

test('nobody joins where there is no server', async () => {
  const { port, close } = await server();
  close();
  await expect(IrcPerson.join(port, 'romeo', '#verona', SIGNAL)).rejects.toThrow('ECONNREFUSED');
});

test('nobody joins when it is too late', async () => {
  const { port, close } = await server();
  close();
  const late = AbortSignal.abort(new Error('too late'));
  await expect(IrcPerson.join(port, 'romeo', '#verona', late)).rejects.toThrow('aborted');
});
