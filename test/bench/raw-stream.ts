/**
 * Both ends of a component stream (XEP-0114) as raw bytes: they write what they are given and count
 * what comes. They parse as little as they can, so that the bench measures the others.
 */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

const STREAM_ID = 'bench-1';

/** What a source can do, on whichever end of the stream it is. */
export interface RawStream {
  /** False: wait for `drained`. */
  write(xml: string): boolean;
  drained(): Promise<unknown>;
  /** Resolves when so many messages have come since the start. */
  received(total: number): Promise<void>;
  /** Rejects when a message comes back as an error: then the run measures something else. */
  readonly failed: Promise<never>;
}

export interface RawServer extends RawStream {
  readonly port: number;
  /** Resolves when the first component is in. */
  readonly accepted: Promise<void>;
  close(): void;
}

export interface RawComponent extends RawStream {
  close(): void;
}

/**
 * The server's end, for one component at a time: takes any secret, and sends its pings back.
 * @param hear gets the stanzas as they come, cut anywhere, a character a byte
 */
export async function startRawServer(
  domain: string,
  hear?: (text: string) => void,
): Promise<RawServer> {
  let current: Socket | undefined;
  const counter = new Counter();
  const first = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    current = socket;
    let begun = false;
    let accepted = false;
    let rest = '';
    socket.setNoDelay().setEncoding('latin1');
    socket.on('error', () => socket.destroy());
    socket.on('data', (text: string) => {
      if (!begun) {
        begun = true;
        socket.write(header(`from='${domain}' id='${STREAM_ID}'`));
        return;
      }
      if (!accepted) {
        accepted = true;
        socket.write('<handshake/>');
        first.resolve();
        return;
      }
      hear?.(text);
      const stanzas = stanzasIn(rest + text);
      rest = stanzas.rest;
      counter.add(stanzas);
      if (stanzas.pings !== '') socket.write(stanzas.pings, 'latin1');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    accepted: first.promise,
    write: (xml) => current?.write(xml) ?? false,
    drained: async () => current && once(current, 'drain'),
    received: (total) => counter.reached(total),
    failed: counter.failed,
    close: () => {
      current?.destroy();
      server.close();
    },
  };
}

/** A component's end, at a real server. @throws Error when the server does not take it */
export async function connectRawComponent(
  port: number,
  domain: string,
  secret: string,
): Promise<RawComponent> {
  const socket = connect(port, '127.0.0.1').setNoDelay().setEncoding('latin1');
  const counter = new Counter();
  await once(socket, 'connect');
  socket.write(header(`to='${domain}'`));
  const id = /\sid=["']([^"']+)/.exec(await textWith(socket, /<stream:stream[^>]*>/))?.[1] ?? '';
  const digest = createHash('sha1').update(`${id}${secret}`).digest('hex');
  socket.write(`<handshake>${digest}</handshake>`);
  await textWith(socket, /<handshake/);
  let rest = '';
  socket.on('data', (text: string) => {
    const stanzas = stanzasIn(rest + text);
    rest = stanzas.rest;
    counter.add(stanzas);
  });
  socket.on('error', () => socket.destroy());
  return {
    write: (xml) => socket.write(xml),
    drained: () => once(socket, 'drain'),
    received: (total) => counter.reached(total),
    failed: counter.failed,
    close: () => socket.destroy(),
  };
}

function header(attributes: string): string {
  return `<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' ${attributes}>`;
}

async function textWith(socket: Socket, wanted: RegExp): Promise<string> {
  let text = '';
  while (!wanted.test(text)) {
    const [chunk] = (await once(socket, 'data')) as [string];
    text += chunk;
    if (text.includes('stream:error')) throw new Error(`The server refused: ${text}`);
  }
  return text;
}

const PING = /<iq\b[\s\S]*?<\/iq>/g;
const MESSAGE_END = '</message>';
const REFUSED = /<message[^>]*\stype=["']error["'][\s\S]{0,400}/;
/** A cut end is looked at again with the next chunk: a ping is shorter than this. */
const LONGEST_PING = 512;

interface Stanzas {
  readonly messages: number;
  readonly pings: string;
  /** The first message that came back. */
  readonly refused: string | undefined;
  readonly rest: string;
}

function stanzasIn(text: string): Stanzas {
  let read = 0;
  let messages = 0;
  for (let at = text.indexOf(MESSAGE_END); at >= 0; at = text.indexOf(MESSAGE_END, read)) {
    messages++;
    read = at + MESSAGE_END.length;
  }
  let pings = '';
  for (const ping of text.matchAll(PING)) {
    pings += ping[0];
    read = Math.max(read, ping.index + ping[0].length);
  }
  return {
    messages,
    pings,
    refused: REFUSED.exec(text)?.[0],
    rest: text.slice(Math.max(read, text.length - LONGEST_PING)),
  };
}

class Counter {
  readonly #failed = Promise.withResolvers<never>();
  #total = 0;
  #wanted = Number.POSITIVE_INFINITY;
  #reached: () => void = () => undefined;

  constructor() {
    // Whoever waits hears of it; nobody has to.
    this.failed.catch(() => undefined);
  }

  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  add({ messages, refused }: Pick<Stanzas, 'messages' | 'refused'>): void {
    if (refused !== undefined) this.#failed.reject(new Error(`A message was refused: ${refused}`));
    this.#total += messages;
    if (this.#total < this.#wanted) return;
    this.#wanted = Number.POSITIVE_INFINITY;
    this.#reached();
  }

  reached(total: number): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      this.#wanted = total;
      this.#reached = resolve;
      this.add({ messages: 0, refused: undefined });
    });
    return Promise.race([reached, this.failed]);
  }
}
