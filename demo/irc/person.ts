import { EventEmitter, on, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** What somebody has said in a channel. */
export interface Line {
  readonly nick: string;
  readonly channel: string;
  readonly text: string;
}

interface PersonEvents {
  /** Everything but pings, as it came. */
  line: [string];
}

/** Somebody at a plain IRC server (RFC 2812) on 127.0.0.1, in one channel. */
export class IrcPerson {
  readonly #socket: Socket;
  readonly #channel: string;
  readonly #events = new EventEmitter<PersonEvents>();

  private constructor(socket: Socket, channel: string) {
    this.#socket = socket;
    this.#channel = channel;
    createInterface({ input: socket }).on('line', (line) => this.#read(line));
  }

  /** Resolves when he is in the channel. @throws Error when there is no server */
  static async join(
    port: number,
    nick: string,
    channel: string,
    signal: AbortSignal,
  ): Promise<IrcPerson> {
    // The server ends before the demo does.
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect', { signal });
    const person = new IrcPerson(socket, channel);
    const lines = on(person.#events, 'line', { signal });
    person.#write(`NICK ${nick}`, `USER ${nick} 0 * :${nick}`, `JOIN ${channel}`);
    // RPL_ENDOFNAMES: all that belongs to the join was before it.
    for await (const [line] of lines) if (/^:\S+ 366 /.test(line)) break;
    return person;
  }

  /** One line of text; it can not be empty. */
  say(text: string): void {
    this.#write(`PRIVMSG ${this.#channel} :${text}`);
  }

  /** What others say from now on, in order. @throws when the signal fires */
  async *heard(signal: AbortSignal): AsyncGenerator<Line, never> {
    for await (const [line] of on(this.#events, 'line', { signal })) {
      const [, nick, channel, text] = /^:([^!\s]+)\S* PRIVMSG (\S+) :(.*)$/.exec(line) ?? [];
      if (nick !== undefined && channel !== undefined && text !== undefined) {
        yield { nick, channel, text };
      }
    }
    throw new Error('the events have no end');
  }

  #read(line: string): void {
    if (line.startsWith('PING')) this.#write(line.replace('PING', 'PONG'));
    else this.#events.emit('line', line);
  }

  #write(...lines: readonly string[]): void {
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(''));
  }
}
