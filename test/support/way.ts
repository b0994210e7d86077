/** A way to a port that can be closed: connections break, and no new ones come about. */

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Way {
  readonly host: '127.0.0.1';
  readonly port: number;
  close(): Promise<void>;
  /** On the same port as before. */
  open(): Promise<void>;
  stop(): Promise<void>;
}

export async function startWay(to: number): Promise<Way> {
  const sockets = new Set<Socket>();
  const listen = async (port: number): Promise<Server> => {
    const listener = createServer((near) => {
      const far = connect(to, '127.0.0.1');
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket
          .on('error', () => undefined)
          .on('close', () => {
            sockets.delete(socket);
            near.destroy();
            far.destroy();
          });
      }
      near.pipe(far).pipe(near);
    }).listen(port, '127.0.0.1');
    await once(listener, 'listening');
    return listener;
  };
  let server = await listen(0);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  };
  return {
    host: '127.0.0.1',
    port,
    close,
    async open() {
      server = await listen(port);
    },
    stop: close,
  };
}
