/** A network for the checks of the contract: one server, which does with a text what it is told. */

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type {
  Acknowledgement,
  InboundSample,
  NetworkBehaviour,
  NetworkUnderTest,
} from 'postern/adapter/testing';

const PASSWORD = 'canary-password';
const SERVER = ':irc.example';

export class PlayedNetwork implements NetworkUnderTest {
  readonly config: unknown;
  readonly account = { name: 'juliet@example.org', nick: 'juliet' };
  readonly secrets = [PASSWORD, Buffer.from(PASSWORD).toString('base64')];
  readonly peer = 'romeo%test';
  readonly text = 'Good night, good night!';
  readonly room = '#garden%test';
  readonly longText = ['What light', 'through yonder', 'window breaks?'].join('\n');
  readonly acknowledges = false;
  readonly taken: string[] = [];
  connections = 0;
  readonly #server: Server;
  readonly #sides = new Set<Socket>();
  readonly #listeners: (() => void)[] = [];
  readonly #pongs = new Map<string, () => void>();
  #how: NetworkBehaviour = 'accepts';

  private constructor(server: Server) {
    this.#server = server;
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const test = { host: '127.0.0.1', port, tls: false, pace: 'none', password: PASSWORD };
    this.config = { servers: { test } };
    server.on('connection', (socket) => this.#serve(socket));
  }

  static async start(): Promise<PlayedNetwork> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new PlayedNetwork(server);
  }

  async behave(how: NetworkBehaviour): Promise<void> {
    this.#how = how;
    if (how === 'unreachable') await this.close();
  }

  onFirstBytes(listener: () => void): void {
    this.#listeners.push(listener);
  }

  talk(texts: readonly string[]): void {
    const [side] = this.#sides;
    side?.write(
      texts.map((text) => `:romeo!r@verona.example PRIVMSG #garden :${text}\r\n`).join(''),
    );
  }

  /** IRC never learns what becomes of it. The PONG says that all before it was read. */
  async inbound({ id, text }: InboundSample): Promise<Acknowledgement> {
    await this.#tell(`@msgid=m${id} :Romeo!romeo@verona.example PRIVMSG juliet :${text}`);
    return 'acknowledged';
  }

  /** Nobody on a network can speak for its server: none of these is a message for the account. */
  async forge(): Promise<readonly []> {
    await this.#tell(
      ':romeo!romeo@verona.example PRIVMSG mercutio :not for you',
      ':romeo!romeo@verona.example PRIVMSG $*.example :for everybody',
      ':romeo!romeo@verona.example PRIVMSG juliet :\x01DCC SEND gift 1 2 3\x01',
      ':juliet!juliet@capulet.example PRIVMSG juliet :an echo',
      ':romeo!romeo@verona.example PRIVMSG juliet',
      'PRIVMSG juliet :from nobody',
    );
    return [];
  }

  async close(): Promise<void> {
    for (const side of this.#sides) side.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #tell(...lines: readonly string[]): Promise<void> {
    const [side] = this.#sides;
    if (side === undefined) throw new Error('nobody is connected');
    const token = `read${this.#pongs.size}`;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#pongs.set(token, resolve);
    side.write([...lines, `PING :${token}`].map((line) => `${line}\r\n`).join(''));
    await promise;
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    this.#sides.add(socket);
    let rest = '';
    const say = (...lines: readonly string[]): void => {
      if (socket.writable) socket.write(lines.map((line) => `${line}\r\n`).join(''));
    };
    socket.on('error', () => {});
    socket.on('close', () => this.#sides.delete(socket));
    socket.setEncoding('utf8').on('data', (data: string) => {
      const lines = (rest + data).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#read(line, say, socket);
    });
  }

  #read(line: string, say: (...lines: readonly string[]) => void, socket: Socket): void {
    const [, command = '', rest = ''] = /^(\S+) ?(.*)$/.exec(line) ?? [];
    switch (command) {
      case 'CAP':
        if (rest.startsWith('LS')) say(`${SERVER} CAP * LS :message-tags`);
        else if (rest.startsWith('REQ')) say(`${SERVER} CAP * ACK :message-tags`);
        else say(`${SERVER} 001 juliet :Welcome`, `${SERVER} 422 juliet :No message of the day`);
        return;
      case 'PING':
        if (this.#how !== 'hangs') say(`${SERVER} PONG irc.example :${rest.replace(/^:/, '')}`);
        return;
      case 'PONG':
        this.#pongs.get(rest.replace(/^:/, ''))?.();
        return;
      case 'JOIN':
        say(
          `:juliet!juliet@capulet.example JOIN ${rest}`,
          `${SERVER} 353 juliet = ${rest} :juliet @romeo`,
          `${SERVER} 366 juliet ${rest} :End`,
        );
        return;
      case 'WHO':
        say(`${SERVER} 315 juliet ${rest} :End`);
        return;
      case 'QUIT':
        socket.end('ERROR :Closing link\r\n');
        return;
      case 'PRIVMSG':
        this.#take(rest.slice(rest.indexOf(':') + 1), say, socket);
    }
  }

  #take(text: string, say: (...lines: readonly string[]) => void, socket: Socket): void {
    for (const listener of this.#listeners) listener();
    switch (this.#how) {
      case 'refuses':
        say(`${SERVER} 401 juliet romeo :No such nick`);
        return;
      case 'throttles':
        say(`${SERVER} 439 juliet romeo :Target change too fast`);
        return;
      case 'drops-untaken':
        socket.destroy();
        return;
      case 'drops-taken':
        this.taken.push(text);
        socket.destroy();
        return;
      default:
        this.taken.push(text);
    }
  }
}
