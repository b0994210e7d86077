/** A way to a port on which every byte travels alone, both ways: no character arrives in one piece. */

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startCuttingProxy(to: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket.setNoDelay());
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    forward(near, far);
    forward(far, near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function forward(from: Socket, to: Socket): void {
  from.on('data', (chunk) => {
    from.pause();
    let at = 0;
    // The next byte follows when this one has had a turn of the loop to be read.
    const next = () => {
      if (to.destroyed) return;
      if (at === chunk.length) from.resume();
      else to.write(chunk.subarray(at, ++at), () => setImmediate(next));
    };
    next();
  });
  from.on('close', () => to.destroy());
}
