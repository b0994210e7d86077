/** Somebody at an IRC server: a socket, led by the test. He answers pings, and nothing else by himself. */

import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { Inbox } from './clients/inbox.ts';

export interface IrcPerson {
  /** Raw lines, without their ends. */
  send(...lines: readonly string[]): void;
  /** The first line that fits, of those that came or will come. It is taken out. */
  line(pattern: RegExp): Promise<string>;
  /** Resolves when all that belongs to the join was told. */
  join(channel: string): Promise<void>;
  /** @param to a channel, or a nick */
  say(to: string, text: string): void;
  /** The text of the next line that somebody says. @param to as in `say` */
  hears(nick: string, to: string): Promise<string>;
  /** Resolves when the server has done all that was sent. */
  settled(): Promise<void>;
  /** What came and was not taken. */
  readonly rest: readonly string[];
  /** All texts of `say`. */
  readonly said: readonly string[];
  stop(): Promise<void>;
}

/** Resolves when the server has let him in. */
export async function startIrcPerson(
  { host, port }: { readonly host: string; readonly port: number },
  nick: string,
): Promise<IrcPerson> {
  const socket = connect(port, host);
  const closed = once(socket, 'close');
  const lines = new Inbox<string>();
  const send = (...all: readonly string[]): void => {
    socket.write(all.map((each) => `${each}\r\n`).join(''));
  };
  const line = (pattern: RegExp): Promise<string> => lines.take((each) => pattern.test(each));
  createInterface({ input: socket }).on('line', (text) => {
    if (text.startsWith('PING')) send(text.replace('PING', 'PONG'));
    else lines.add(text);
  });
  socket.on('error', (error) => lines.end(error));
  socket.on('close', () => lines.end(new Error(`The server has closed ${nick}'s connection.`)));
  send(`NICK ${nick}`, `USER ${nick} 0 * :${nick}`);
  await line(/^:\S+ 001 /);
  let asked = 0;
  const said: string[] = [];
  return {
    send,
    line,
    async join(channel) {
      send(`JOIN ${channel}`);
      await line(new RegExp(`^:\\S+ 366 \\S+ ${escaped(channel)} `, 'i'));
    },
    say(to, text) {
      said.push(text);
      send(`PRIVMSG ${to} :${text}`);
    },
    said,
    async hears(from, to) {
      const head = new RegExp(`^:${escaped(from)}!\\S+ PRIVMSG ${escaped(to)} :?`, 'i');
      return (await line(head)).replace(head, '');
    },
    async settled() {
      const token = `settled-${++asked}`;
      send(`PING ${token}`);
      await line(new RegExp(`^:\\S+ PONG \\S+ :?${token}$`));
    },
    get rest() {
      return lines.rest;
    },
    async stop() {
      socket.destroy();
      await closed;
    },
  };
}

function escaped(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}
