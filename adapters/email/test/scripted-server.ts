import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';

/** Where a client can be answered. `dot` is the end of the content, `begun` its first bytes. */
export type Phase =
  | 'greeting'
  | 'ehlo'
  | 'helo'
  | 'starttls'
  | 'auth'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'begun'
  | 'dot'
  | 'quit';

/** A reply without its line end, or whatever else is to happen. */
export type Answer = string | ((socket: Socket) => void);

export interface Script {
  /** What stands in the place of the usual answers. */
  readonly answers?: Partial<Record<Phase, Answer>>;
  /** EHLO keywords, in the place of the usual ones. */
  readonly offers?: readonly string[];
  readonly tls?: { readonly key: string; readonly cert: string };
  /** TLS from the first byte. */
  readonly implicit?: boolean;
}

export interface TakenMail {
  /** The lines MAIL and RCPT, as they came. */
  readonly mail: string;
  readonly recipients: readonly string[];
  /** The content as it was on the wire, without its last line. */
  readonly wire: string;
  /** The same without the stuffed dots. */
  readonly message: Buffer;
  readonly encrypted: boolean;
}

export const DROP: Answer = (socket) => socket.destroy();
export const HANG: Answer = () => {};

const OFFERS = [
  'PIPELINING',
  'SIZE 10485760',
  '8BITMIME',
  'SMTPUTF8',
  'DSN',
  'ENHANCEDSTATUSCODES',
];

const USUAL: Readonly<Record<Phase, Answer>> = {
  greeting: '220 scripted.example ESMTP',
  ehlo: '250',
  helo: '250 scripted.example',
  starttls: '220 2.0.0 go ahead',
  auth: '235 2.7.0 welcome',
  mail: '250 2.1.0 sender ok',
  rcpt: '250 2.1.5 recipient ok',
  data: '354 go ahead',
  begun: HANG,
  dot: '250 2.0.0 Ok: queued as 5B1C2',
  quit: '221 2.0.0 bye',
};

/** A small SMTP server on loopback that does as it is told. What it answers can be changed at any time. */
export class ScriptedServer {
  script: Script;
  /** What it took: answered with 2xx after its end. */
  readonly mails: TakenMail[] = [];
  /** The ends of content that it saw, whatever it answered. */
  ends = 0;
  /** Every command, in order, with content and TLS left out. */
  readonly commands: string[] = [];
  connections = 0;
  open = 0;
  /** The most that were open at once. */
  peak = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #listeners: ((phase: Phase) => void)[] = [];

  private constructor(script: Script) {
    this.script = script;
    const accept = (socket: Socket): void => this.#accept(socket);
    this.#server = script.implicit
      ? createTlsServer({ ...script.tls }, accept)
      : createServer(accept);
  }

  static async start(script: Script = {}): Promise<ScriptedServer> {
    const server = new ScriptedServer(script);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Calls back at each phase that a client reaches, before the answer. */
  onPhase(listener: (phase: Phase) => void): void {
    this.#listeners.push(listener);
  }

  /** Resolves when clients have reached a phase so many times from now on. */
  async reached(phase: Phase, times = 1): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let count = 0;
    this.onPhase((at) => {
      if (at === phase) count += 1;
      if (count === times) resolve();
    });
    await promise;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    this.open += 1;
    this.peak = Math.max(this.peak, this.open);
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.open -= 1;
      this.#sockets.delete(socket);
    });
    new Conversation(this, socket, (phase) => {
      for (const listener of this.#listeners) listener(phase);
    }).begin();
  }
}

class Conversation {
  readonly #server: ScriptedServer;
  readonly #tell: (phase: Phase) => void;
  #socket: Socket;
  #input = '';
  /** Undefined outside of a mail's content. */
  #content: string | undefined;
  #mail = '';
  #recipients: string[] = [];

  constructor(server: ScriptedServer, socket: Socket, tell: (phase: Phase) => void) {
    this.#server = server;
    this.#socket = socket;
    this.#tell = tell;
  }

  begin(): void {
    this.#listen();
    this.#answer('greeting');
  }

  #listen(): void {
    this.#socket.on('error', () => {});
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk.toString('latin1')));
  }

  #read(text: string): void {
    this.#input += text;
    for (;;) {
      if (this.#content !== undefined) {
        if (!this.#readContent()) return;
        continue;
      }
      const end = this.#input.indexOf('\r\n');
      if (end === -1) return;
      const line = this.#input.slice(0, end);
      this.#input = this.#input.slice(end + 2);
      this.#server.commands.push(line);
      this.#obey(line);
    }
  }

  /** False where its end has not come yet. */
  #readContent(): boolean {
    if (this.#content === '' && this.#input !== '') this.#answer('begun');
    this.#content += this.#input;
    this.#input = '';
    const content = `\r\n${this.#content}`;
    const end = content.indexOf('\r\n.\r\n');
    if (end === -1) return false;
    this.#input = content.slice(end + 5);
    this.#content = undefined;
    this.#server.ends += 1;
    const wire = content.slice(2, end + 2);
    if (this.#answer('dot')) {
      this.#server.mails.push({
        mail: this.#mail,
        recipients: this.#recipients,
        wire,
        message: Buffer.from(wire.replace(/^\./gm, ''), 'latin1'),
        encrypted: this.#socket instanceof TLSSocket,
      });
    }
    this.#mail = '';
    this.#recipients = [];
    return true;
  }

  #obey(line: string): void {
    const [verb = ''] = line.toUpperCase().split(/[ :]/);
    switch (verb) {
      case 'EHLO':
        this.#answer('ehlo');
        break;
      case 'HELO':
        this.#answer('helo');
        break;
      case 'STARTTLS':
        if (!this.#knowsTls) this.#say('502 5.5.1 no TLS here');
        else if (this.#answer('starttls')) this.#encrypt();
        break;
      case 'AUTH':
        this.#answer('auth');
        break;
      case 'MAIL':
        if (this.#answer('mail')) this.#mail = line;
        break;
      case 'RCPT':
        if (this.#mail === '') this.#say('503 5.5.1 need MAIL before RCPT');
        else if (this.#answer('rcpt')) this.#recipients.push(line);
        break;
      case 'DATA':
        if (this.#recipients.length === 0) this.#say('554 5.5.1 no valid recipients');
        else if (this.#answer('data')) this.#content = '';
        break;
      case 'QUIT':
        if (this.#answer('quit')) this.#socket.end();
        break;
      default:
        this.#say('500 5.5.2 unknown command');
    }
  }

  get #knowsTls(): boolean {
    const { tls, answers } = this.#server.script;
    return tls !== undefined || answers?.starttls !== undefined;
  }

  /** Whether it was answered as one who wants to go on hopes for. */
  #answer(phase: Phase): boolean {
    this.#tell(phase);
    const answer = this.#server.script.answers?.[phase] ?? USUAL[phase];
    if (typeof answer !== 'string') {
      answer(this.#socket);
      return false;
    }
    const reply = phase === 'ehlo' && answer === '250' ? this.#offers() : answer;
    this.#say(reply);
    return /^[23]/.test(answer);
  }

  #offers(): string {
    const { offers = OFFERS, tls, implicit } = this.#server.script;
    const encrypted = this.#socket instanceof TLSSocket || implicit === true;
    const all = ['scripted.example', ...offers, ...(tls && !encrypted ? ['STARTTLS'] : [])];
    return all
      .map((line, index) => `250${index === all.length - 1 ? ' ' : '-'}${line}`)
      .join('\r\n');
  }

  #say(reply: string): void {
    if (this.#socket.writable) this.#socket.write(`${reply}\r\n`);
  }

  #encrypt(): void {
    const { tls } = this.#server.script;
    this.#socket.removeAllListeners('data');
    this.#socket = new TLSSocket(this.#socket, { isServer: true, ...tls });
    this.#listen();
  }
}
