/** A listener on a free port of this machine, and the other side of its connections. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Intake, ToKeep } from 'postern/adapter';
import { onTestFinished } from 'vitest';
import { config } from '../config.ts';
import { type Envelope, readEnvelope } from '../listener/envelope.ts';
import { type Listener, startListener } from '../listener/listener.ts';
import type { RcptVerdict } from '../listener/options.ts';

export const DOMAIN = 'mail.example';
/** A whole dialogue before its mail. */
export const BEFORE_DATA =
  'MAIL FROM:<bob@far.example>\r\nRCPT TO:<juliet@mail.example>\r\nDATA\r\n';
export const MAIL = 'From: bob@far.example\r\nMessage-ID: <1@far.example>\r\n\r\nHello\r\n';

interface KeptMail {
  readonly raw: string;
  readonly envelope: Envelope;
  readonly eventId: string | undefined;
}

/** What the house behind the listener does; a test may change it at any time. */
class House {
  readonly kept: KeptMail[] = [];
  readonly said: string[] = [];
  readonly stopping = new AbortController();
  intake: Intake = 'open';
  /** Takes what is kept before it counts as kept. */
  store: (what: ToKeep) => Promise<void> = async () => {};

  accepts(address: string): RcptVerdict {
    if (!address.endsWith(`@${DOMAIN}`)) return 'not-ours';
    if (address.startsWith('b=')) return 'unsigned-bounce';
    const [user] = address.split(/[+@]/);
    return user === 'juliet' || user === 'romeo' || user === 'postmaster' ? 'yes' : 'unknown';
  }

  async keep(what: ToKeep): Promise<void> {
    await this.store(what);
    this.kept.push({
      raw: Buffer.from(what.raw).toString('latin1'),
      envelope: readEnvelope(what.envelope),
      eventId: what.eventId,
    });
  }
}

export interface Listening {
  readonly house: House;
  readonly listener: Listener;
  readonly port: number;
  /** Connected, and greeted unless told otherwise. */
  client(): Promise<Client>;
}

/** Ends with the test. */
export async function listening(settings: object = {}): Promise<Listening> {
  const house = new House();
  const say = (fields: object, text: string): void => {
    house.said.push(`${text} ${JSON.stringify(fields)}`);
  };
  const listener = await startListener({
    config: config.parse({ listen: '127.0.0.1:0', smarthost: 'smtp://127.0.0.1:9', ...settings }),
    domain: DOMAIN,
    hostname: 'mx.mail.example',
    accepts: (address) => house.accepts(address),
    intake: () => house.intake,
    keep: (what) => house.keep(what),
    signal: house.stopping.signal,
    log: { debug: say, info: say, warn: say, error: say },
  });
  const clients: Client[] = [];
  onTestFinished(async () => {
    for (const client of clients) client.destroy();
    await listener.stop();
  });
  const client = async (): Promise<Client> => {
    const made = await Client.connect(listener.port);
    clients.push(made);
    return made;
  };
  return { house, listener, port: listener.port, client };
}

/** Speaks to the listener byte by byte: nothing is sent that the test has not written. */
export class Client {
  readonly socket: Socket;
  #received = '';
  #ended = false;
  #waiting: (() => void) | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay();
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1');
      this.#waiting?.();
    });
    // A connection that is cut ends, too.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      this.#waiting?.();
    });
  }

  static async connect(port: number, host = '127.0.0.1'): Promise<Client> {
    const socket = connect({ port, host });
    await once(socket, 'connect');
    return new Client(socket);
  }

  /** The next reply, all of its lines; '' when the connection is closed instead. */
  async reply(): Promise<string> {
    for (;;) {
      const [reply] = /^(?:\d{3}-[^\n]*\n)*\d{3} [^\n]*\n/.exec(this.#received) ?? [];
      if (reply !== undefined) {
        this.#received = this.#received.slice(reply.length);
        return reply.trimEnd().replaceAll('\r\n', '\n');
      }
      if (this.#ended) return '';
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  write(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** Resolves when the system has taken it: what is written next is another segment. */
  async segment(text: string): Promise<void> {
    await new Promise((resolve) => this.socket.write(text, 'latin1', resolve));
  }

  /** Sends a line and gives the reply. */
  async say(line: string): Promise<string> {
    this.write(`${line}\r\n`);
    return await this.reply();
  }

  /** Through the greeting and EHLO. */
  async hello(verb = 'EHLO'): Promise<string> {
    await this.reply();
    return await this.say(`${verb} far.example`);
  }

  /** Sends a whole mail, up to the end mark. @returns the reply at its end, or to what was refused */
  async send(mail = MAIL, from = 'bob@far.example', to = ['juliet@mail.example']): Promise<string> {
    for (const line of [`MAIL FROM:<${from}>`, ...to.map((rcpt) => `RCPT TO:<${rcpt}>`), 'DATA']) {
      const reply = await this.say(line);
      if (!/^[23]/.test(reply)) return reply;
    }
    this.write(`${mail}.\r\n`);
    return await this.reply();
  }

  /** Every reply until the connection is closed. */
  async rest(): Promise<string[]> {
    const replies: string[] = [];
    for (let reply = await this.reply(); reply !== ''; reply = await this.reply()) {
      replies.push(reply);
    }
    return replies;
  }

  destroy(): void {
    this.socket.destroy();
  }
}
