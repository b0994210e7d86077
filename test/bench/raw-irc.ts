/** An IRC server of raw bytes: it lets everybody in, says what it is given, and counts what it is told. */

import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Arrivals } from './arrivals.ts';

const NAME = 'irc.example';
const NICKS_A_LINE = 40;

export interface RawIrc {
  readonly port: number;
  /** To all that are connected. False: wait for `drained`. */
  write(lines: string): boolean;
  drained(): Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * It knows RFC 2812 and no more. @param hear counts in all that the clients send
 * @param crowd who is in the channels whose names begin with `#crowd`
 */
export async function startRawIrc(hear: Arrivals, crowd: readonly string[]): Promise<RawIrc> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const client = new Client(socket, crowd);
    socket.setNoDelay().setEncoding('latin1');
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    socket.on('data', (text: string) => {
      hear.hear(text);
      client.read(text);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    write: (lines) => [...sockets].map((socket) => socket.write(lines)).every(Boolean),
    drained: () =>
      Promise.all(
        [...sockets].map((socket) =>
          socket.writableNeedDrain ? once(socket, 'drain') : undefined,
        ),
      ),
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

class Client {
  readonly #socket: Socket;
  readonly #crowd: readonly string[];
  #nick = '*';
  #rest = '';

  constructor(socket: Socket, crowd: readonly string[]) {
    this.#socket = socket;
    this.#crowd = crowd;
  }

  read(text: string): void {
    const lines = (this.#rest + text).split('\r\n');
    this.#rest = lines.pop() ?? '';
    const answers = lines.flatMap((line) => this.#answers(line));
    if (answers.length > 0) this.#socket.write(answers.map((line) => `${line}\r\n`).join(''));
  }

  #answers(line: string): readonly string[] {
    const [command = '', first = '', second] = line.split(' ', 3);
    switch (command) {
      case 'NICK':
        this.#nick = first.replace(':', '');
        return [];
      case 'USER':
        return [this.#numeric('001', ':Welcome'), this.#numeric('422', ':There is no message')];
      case 'CAP':
        return first === 'LS' ? [`:${NAME} CAP ${this.#nick} LS :`] : [];
      case 'PING':
        return [`:${NAME} PONG ${NAME} ${first}`];
      case 'JOIN':
        return first
          .replace(':', '')
          .split(',')
          .flatMap((channel) => this.#joined(channel));
      case 'MODE':
        return second === undefined ? [this.#numeric('324', `${first} +nt`)] : [];
      case 'WHO':
        return [
          ...this.#inside(first).map((nick) =>
            this.#numeric('352', `${first} u ${nick}.example ${NAME} ${nick} H :0 ${nick}`),
          ),
          this.#numeric('315', `${first} :End of /WHO list.`),
        ];
      default:
        return [];
    }
  }

  #joined(channel: string): readonly string[] {
    const nicks = this.#inside(channel);
    const lines = Math.ceil(nicks.length / NICKS_A_LINE);
    return [
      `:${this.#nick}!u@host.example JOIN ${channel}`,
      ...Array.from({ length: lines }, (_, line) => {
        const some = nicks.slice(line * NICKS_A_LINE, (line + 1) * NICKS_A_LINE);
        return this.#numeric('353', `= ${channel} :${some.join(' ')}`);
      }),
      this.#numeric('366', `${channel} :End of /NAMES list.`),
    ];
  }

  #inside(channel: string): readonly string[] {
    return channel.startsWith('#crowd') ? [...this.#crowd, this.#nick] : [this.#nick, 'romeo'];
  }

  #numeric(code: string, words: string): string {
    return `:${NAME} ${code} ${this.#nick} ${words}`;
  }
}
