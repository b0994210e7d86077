/** Somebody at an IRC server who comes back when it does, and knows when another one is in his channel. */

import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { Watched } from '../watched.ts';
import type { Pulse } from './pulse.ts';

export interface IrcResidentOptions {
  readonly irc: { readonly host: string; readonly port: number };
  readonly nick: string;
  /** In which he is. */
  readonly channel: string;
  /** The nick of whom he speaks with. */
  readonly watches: string;
  readonly pulse: Pulse;
}

/** What somebody said, to him or in his channel. */
export interface Said {
  readonly nick: string;
  readonly to: string;
  readonly text: string;
}

export class IrcResident extends Watched {
  readonly nick: string;
  readonly channel: string;
  readonly #options: IrcResidentOptions;
  readonly #ears = new Set<(said: Said) => void>();
  #socket: Socket | undefined;
  #isIn = false;
  #stay: number | undefined;
  #stays = 0;
  #asked = 0;
  readonly #questions = new Map<string, () => void>();
  #hasStopped = false;

  constructor(options: IrcResidentOptions) {
    super();
    this.#options = options;
    this.nick = options.nick;
    this.channel = options.channel;
    options.pulse.beat(() => {
      if (this.#socket === undefined) this.#connect();
    });
    this.#connect();
  }

  /** He is in his channel. */
  get isIn(): boolean {
    return this.#isIn;
  }

  /**
   * The stay of whom he watches, as far as he knows: another one after each absence, and undefined while
   * the other is not there.
   */
  get stay(): number | undefined {
    return this.#isIn ? this.#stay : undefined;
  }

  hear(ear: (said: Said) => void): void {
    this.#ears.add(ear);
  }

  say(to: string, text: string): void {
    this.#write(`PRIVMSG ${to} :${text}`);
  }

  /** Calls back when the server has done all that he wrote; never, where the connection breaks. */
  afterwards(done: () => void): void {
    const token = `done-${++this.#asked}`;
    this.#questions.set(token, done);
    this.#write(`PING ${token}`);
  }

  /** Resolves when the server has given him all that it had for him before. */
  async caughtUp(): Promise<void> {
    let isDone = false;
    let connection: Socket | undefined;
    await this.until(() => {
      if (this.#isIn && connection !== this.#socket) {
        connection = this.#socket;
        this.afterwards(() => {
          isDone = true;
        });
      }
      return isDone;
    });
  }

  stop(): void {
    this.#hasStopped = true;
    this.#socket?.destroy();
  }

  #connect(): void {
    if (this.#hasStopped) return;
    const { irc, nick } = this.#options;
    const socket = connect(irc.port, irc.host).setNoDelay();
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#socket = undefined;
      this.#isIn = false;
      this.#stay = undefined;
      this.#questions.clear();
      this.changed();
    });
    createInterface({ input: socket })
      .on('line', (line) => this.#read(line))
      // The socket has told it already.
      .on('error', () => undefined);
    this.#write(`NICK ${nick}`, `USER ${nick} 0 * :${nick}`);
  }

  #write(...lines: readonly string[]): void {
    this.#socket?.write(lines.map((line) => `${line}\r\n`).join(''));
  }

  #read(line: string): void {
    const { channel, watches, nick } = this.#options;
    const [, source = '', command = '', rest = ''] =
      /^(?:@\S+ )?(?::([^ !]+)\S* )?(\S+) ?(.*)$/.exec(line) ?? [];
    const words = rest.split(' ');
    const last = rest.replace(/^.*?(?:^| ):/, '');
    switch (command) {
      case 'PING':
        this.#write(`PONG ${rest}`);
        return;
      case 'PONG':
        this.#done(last.split(' ').at(-1) ?? '');
        return;
      case '001':
        this.#write(`JOIN ${channel}`);
        return;
      case '433':
        // His own old connection is not gone yet.
        this.#socket?.destroy();
        return;
      case '353':
        if (last.split(' ').some((name) => name.replace(/^[@+%&~]+/, '') === watches)) this.#came();
        return;
      case '366':
        this.#isIn = true;
        break;
      case 'JOIN':
        if (source === watches && words[0]?.replace(/^:/, '') === channel) this.#came();
        break;
      case 'QUIT':
        if (source === watches) this.#stay = undefined;
        break;
      case 'PART':
        if (source === watches && words[0] === channel) this.#stay = undefined;
        break;
      case 'KICK':
        if (words[1] === watches && words[0] === channel) this.#stay = undefined;
        break;
      case 'NICK':
        if (source === watches) this.#stay = undefined;
        else if (last === watches) this.#came();
        break;
      case 'PRIVMSG':
        if (source !== nick) this.#heard({ nick: source, to: words[0] ?? '', text: last });
    }
    this.changed();
  }

  #came(): void {
    this.#stay = ++this.#stays;
    this.changed();
  }

  #done(token: string): void {
    const done = this.#questions.get(token);
    this.#questions.delete(token);
    done?.();
    this.changed();
  }

  #heard(said: Said): void {
    for (const ear of this.#ears) ear(said);
  }
}
