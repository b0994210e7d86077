/** The other side of a connection, for what no real server would say. It says only what a test tells it. */

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** One connection of a client. */
export class ServerSide {
  /** All lines that came, without their ends. */
  readonly lines: string[] = [];
  readonly #socket: Socket;
  readonly #lookers = new Set<() => void>();
  #rest = '';
  #looked = 0;

  constructor(socket: Socket, endsAtQuit: boolean) {
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('data', (data: Buffer) => {
      // One character a byte: a test looks at the bytes.
      const lines = (this.#rest + data.toString('latin1')).split('\r\n');
      this.#rest = lines.pop() ?? '';
      this.lines.push(...lines);
      if (endsAtQuit && lines.some((line) => line.startsWith('QUIT'))) socket.end();
      for (const look of this.#lookers) look();
    });
  }

  /** The next line that fits; those before it are passed over. */
  async next(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.lines.findIndex((line, at) => at >= this.#looked && pattern.test(line));
      if (found >= 0) {
        this.#looked = found + 1;
        return this.lines[found] ?? '';
      }
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#lookers.delete(look);
          resolve();
        };
        this.#lookers.add(look);
      });
    }
  }

  say(...lines: readonly string[]): void {
    this.raw(lines.map((line) => `${line}\r\n`).join(''));
  }

  raw(data: string | Buffer): void {
    this.#socket.write(data);
  }

  /** Writes it again and again. @returns how often, until it was enough or the client hung up */
  async pour(data: Buffer, times: number): Promise<number> {
    let poured = 0;
    while (poured < times && !this.#socket.destroyed) {
      poured += 1;
      if (!this.#socket.write(data)) await this.#drained();
    }
    return poured;
  }

  /** Reads no more. */
  deaf(): void {
    this.#socket.pause();
  }

  hangUp(): void {
    this.#socket.end();
  }

  /** Without a word, so that what was said before may be lost. */
  breakOff(): void {
    this.#socket.resetAndDestroy();
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        this.#socket.off('drain', go).off('close', go);
        resolve();
      };
      this.#socket.on('drain', go).on('close', go);
    });
  }

  /** Asks, and resolves when all that was said before was read. */
  async barrier(): Promise<void> {
    const token = `barrier-${this.lines.length}`;
    this.say(`PING :${token}`);
    await this.next(new RegExp(`^PONG :${token}$`));
  }

  /** A server that knows nothing but RFC 2812. */
  async welcome(nick = 'me', ...isupport: readonly string[]): Promise<void> {
    await this.next(/^USER /);
    this.say(`:s.example 001 ${nick} :Welcome`);
    if (isupport.length > 0)
      this.say(`:s.example 005 ${nick} ${isupport.join(' ')} :are supported`);
    this.say(`:s.example 422 ${nick} :No message of the day`);
  }
}

export interface ScriptedServer {
  readonly host: string;
  readonly port: number;
  /** The next connection. */
  accepted(): Promise<ServerSide>;
}

/** Ends with the test. @param endsAtQuit whether it hangs up as servers do; else when the test says so */
export async function scriptedServer({ endsAtQuit = false } = {}): Promise<ScriptedServer> {
  const sides: ServerSide[] = [];
  const waiting: ((side: ServerSide) => void)[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    const side = new ServerSide(socket, endsAtQuit);
    const wanted = waiting.shift();
    if (wanted === undefined) sides.push(side);
    else wanted(side);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  return {
    host: '127.0.0.1',
    port: typeof address === 'object' && address !== null ? address.port : 0,
    accepted: () => {
      const side = sides.shift();
      return side === undefined
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(side);
    },
  };
}
