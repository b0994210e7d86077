import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Which of a server's connections may be given up for a new one. */
export interface Connections {
  /** A whole request has come on it and is being answered: it is not given up. */
  busy(socket: Socket): void;
  /** It was answered, and waits for another request. */
  waiting(socket: Socket): void;
}

/**
 * Holds a server to `most` connections. One more is at the cost of the one that has waited longest
 * without bringing a whole request: who opens many and sends nothing, or sends it byte by byte, keeps
 * nobody else out. There is no bound for an address, because behind a proxy all have the same.
 */
export function boundConnections(server: Server, most: number): Connections {
  const open = new Set<Socket>();
  // A set keeps the order of insertion: the first has waited longest.
  const idle = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    idle.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      idle.delete(socket);
    });
    if (open.size <= most) return;
    const [given] = idle;
    if (given === undefined) return;
    open.delete(given);
    idle.delete(given);
    given.destroy();
  });
  return {
    busy: (socket) => void idle.delete(socket),
    waiting: (socket) => {
      if (open.has(socket)) idle.add(socket);
    },
  };
}
