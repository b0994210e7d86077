import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { lookForSmarthost } from '../../../relay/reach.ts';

test('a smarthost that is not there is told', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  lookForSmarthost({ host: '127.0.0.1', port: 1 }, resolve);
  expect(await promise).toBe('nobody answers at 127.0.0.1:1 (ECONNREFUSED)');
});

test('of one that is there nothing is said, and nothing to it', async () => {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const told: string[] = [];
  lookForSmarthost({ host: '127.0.0.1', port }, (words) => told.push(words));
  const [socket] = await once(server, 'connection');
  let heard = '';
  socket.on('data', (data: Buffer) => {
    heard += data;
  });
  await once(socket, 'close');
  expect([heard, told]).toEqual(['', []]);
  server.close();
});
