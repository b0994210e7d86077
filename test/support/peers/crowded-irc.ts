/** An IRC server that is played: one channel with a crowd in it, of which the test says what happens. */

import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

const NAME = 'hub.example';

export interface CrowdedIrc {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** To all that are connected, without the ends of the lines. */
  say(...lines: readonly string[]): void;
  stop(): Promise<void>;
}

/** Whoever comes into the channel finds all of these there. It knows RFC 2812 and no more. */
export async function startCrowdedIrc(
  channel: string,
  crowd: readonly string[],
): Promise<CrowdedIrc> {
  const sockets = new Set<Socket>();
  const write = (socket: Socket, lines: readonly string[]): void => {
    socket.write(lines.map((line) => `${line}\r\n`).join(''));
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    let nick = '*';
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    createInterface({ input: socket }).on('line', (line) => {
      const [command = '', first = ''] = line.split(' ');
      const numeric = (code: string, words: string) => `:${NAME} ${code} ${nick} ${words}`;
      if (command === 'NICK') nick = first.replace(':', '');
      else if (command === 'USER') {
        write(socket, [numeric('001', ':Welcome'), numeric('422', ':There is no message')]);
      } else if (command === 'PING') write(socket, [`:${NAME} PONG ${NAME} ${first}`]);
      else if (command === 'JOIN') {
        write(socket, [
          `:${nick}!u@host.example JOIN ${channel}`,
          ...inTens([...crowd, nick]).map((ten) => numeric('353', `= ${channel} :${ten}`)),
          numeric('366', `${channel} :End of /NAMES list.`),
        ]);
      } else if (command === 'WHO') {
        write(socket, [
          ...[...crowd, nick].map((each) =>
            numeric('352', `${channel} u ${each}.example ${NAME} ${each} H :0 ${each}`),
          ),
          numeric('315', `${channel} :End of /WHO list.`),
        ]);
      } else if (command === 'CAP' && first === 'LS') {
        write(socket, [`:${NAME} CAP ${nick} LS :`]);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    host: '127.0.0.1',
    port: typeof address === 'object' && address !== null ? address.port : 0,
    say(...lines) {
      for (const socket of sockets) write(socket, lines);
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function inTens(nicks: readonly string[]): string[] {
  return nicks.flatMap((_nick, at) => (at % 10 === 0 ? [nicks.slice(at, at + 10).join(' ')] : []));
}
