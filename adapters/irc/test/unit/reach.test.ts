import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { config } from '../../config.ts';
import { lookForServers } from '../../reach.ts';

/** @returns the port of a server that hears no word of ours, and its connections */
async function listening(): Promise<{ readonly port: number; readonly heard: Promise<string>[] }> {
  const heard: Promise<string>[] = [];
  const server = createServer((socket) => {
    let said = '';
    socket.on('error', () => {});
    socket.on('data', (data: Buffer) => {
      said += data.toString('latin1');
      socket.end('ERROR :Closing link\r\n');
    });
    heard.push(once(socket, 'close').then(() => said));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, heard };
}

function looking(servers: Readonly<Record<string, object>>, count: number): Promise<string[]> {
  const told: string[] = [];
  const { promise, resolve } = Promise.withResolvers<string[]>();
  const notThere = (server: string, why: string, words: string): void => {
    told.push(`${server} ${why} ${words}`);
    if (told.length === count) resolve(told.sort());
  };
  onTestFinished(lookForServers(config.parse({ servers }), { notThere }));
  return promise;
}

it('tells which servers are not there, and says no word to those that are', async () => {
  const { port, heard } = await listening();
  const closed = await listening();
  const told = await looking(
    {
      there: { host: '127.0.0.1', port, tls: false },
      tls: { host: '127.0.0.1', port: closed.port },
      gone: { host: '127.0.0.1', port: 1, tls: false },
    },
    2,
  );
  expect(told).toEqual([
    expect.stringMatching(/^gone unreachable ECONNREFUSED/),
    expect.stringMatching(/^tls untrusted /),
  ]);
  expect(await Promise.all(heard)).toEqual(['']);
});
