/**
 * An XMPP server in this process that speaks XEP-0114 and nothing else, as strictly as Prosody: a
 * character, an address or a size that is not allowed ends the stream. It can be made to misbehave.
 */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type Element, NS_COMPONENT } from '../../src/xmpp/xml/element.ts';
import { ElementReader, serialise } from './clients/xml.ts';
import { Watched } from './watched.ts';

const OWN_DOMAIN = 'example.test';
const STREAM_ID = 'strict-1';
const MAX_STANZA = 512 * 1024;
const JID = /^(?:[^"&'/:<>@\s]+@)?([a-z0-9.-]+)(?:\/.+)?$/;

const HEADER = /<stream:stream[^>]*\sto=["']([^"']*)["'][^>]*>/;
const GOODBYE = '</stream:stream>';

interface Session {
  readonly socket: Socket;
  domain: string;
  accepted: boolean;
}

export class ComponentServer extends Watched {
  /** What the gateway wrote, its own pings too, in order. */
  readonly received: Element[] = [];
  /** Connections so far. */
  connections = 0;
  /** How many of them said `</stream:stream>`. */
  goodbyes = 0;
  /** A stream error that each new connection gets for its header. */
  refusal: string | undefined;
  /** A second connection of a domain is accepted, and stanzas are dealt out in turn (ejabberd). */
  sharing = false;
  /** So many of the next stanzas go to somebody else. */
  strays = 0;
  /** What it sends together with its answer to the handshake. */
  welcome = '';
  /** Says nothing at all: not even the header. */
  mute = false;
  /** A stanza for which it ends the stream, and how. */
  poison: ((stanza: Element) => string | undefined) | undefined;

  /** For how many seconds it says to be up, as `example.test`; undefined: it says nothing. */
  upSeconds: number | undefined;

  readonly #secrets: Readonly<Record<string, string>>;
  readonly #sessions = new Set<Session>();
  readonly #held: Element[] = [];
  #server: Server | undefined;
  #port = 0;
  #holding = false;
  #turn = 0;

  private constructor(secrets: Readonly<Record<string, string>>) {
    super();
    this.#secrets = secrets;
  }

  /** @param secrets domain of each component to its secret */
  static async start(secrets: Readonly<Record<string, string>>): Promise<ComponentServer> {
    const server = new ComponentServer(secrets);
    await server.open();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  /** Listens, on the same port as before. */
  async open(): Promise<void> {
    this.#server = createServer((socket) => this.#onConnection(socket));
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  /** Breaks all connections and listens no more. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.drop();
    if (server === undefined) return;
    server.close();
    await once(server, 'close');
  }

  /** Breaks all connections without a word. */
  drop(): void {
    for (const { socket } of this.#sessions) socket.destroy();
  }

  /** From now on nothing is routed: what comes is read, and kept. */
  hold(): void {
    this.#holding = true;
  }

  /** Routes what was kept, and goes on; or only so many of them. */
  release(count = Number.POSITIVE_INFINITY): void {
    for (const stanza of this.#held.splice(0, count)) this.#route(stanza);
    if (count === Number.POSITIVE_INFINITY) this.#holding = false;
  }

  /** Stops reading, so that the gateway's writes pile up. */
  pause(): void {
    for (const { socket } of this.#sessions) socket.pause();
  }

  resume(): void {
    for (const { socket } of this.#sessions) socket.resume();
  }

  /** Writes to every connection. */
  say(data: string | Buffer): void {
    for (const { socket } of this.#sessions) socket.write(data);
  }

  /** Ends every stream with that error. */
  fail(condition: string): void {
    for (const session of this.#sessions) fail(session, condition);
  }

  #onConnection(socket: Socket): void {
    const session: Session = { socket, domain: '', accepted: false };
    this.#sessions.add(session);
    this.connections++;
    let length = 0;
    let header = '';
    let end = '';
    const reader = new ElementReader(1, (element) => {
      if (length > MAX_STANZA) fail(session, 'policy-violation');
      length = 0;
      this.#onElement(session, element);
    });
    socket.setNoDelay().setEncoding('utf8');
    socket.on('data', (text: string) => {
      if (session.domain === '') {
        header += text;
        const domain = HEADER.exec(header)?.[1];
        if (domain !== undefined) this.#onHeader(session, domain);
      }
      end = (end + text).slice(-GOODBYE.length);
      if (end === GOODBYE) this.goodbyes++;
      length += Buffer.byteLength(text);
      try {
        if (!socket.destroyed) reader.write(text);
      } catch {
        fail(session, 'not-well-formed');
      }
      this.changed();
    });
    socket.on('end', () => socket.end(GOODBYE));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#sessions.delete(session);
      this.changed();
    });
    this.changed();
  }

  #onHeader(session: Session, domain: string): void {
    session.domain = domain;
    if (this.mute) return;
    session.socket.write(
      `<?xml version='1.0'?><stream:stream xmlns='${NS_COMPONENT}' xmlns:stream='http://etherx.jabber.org/streams' id='${STREAM_ID}' from='${domain}'>`,
    );
    if (this.refusal !== undefined) fail(session, this.refusal);
    else if (this.#secrets[domain] === undefined) fail(session, 'host-unknown');
  }

  #onElement(session: Session, element: Element): void {
    if (session.socket.destroyed || session.socket.writableEnded || this.mute) return;
    if (element.name === 'handshake') {
      this.#onHandshake(session, String(element.children[0]));
      return;
    }
    this.received.push(element);
    const from = JID.exec(element.attrs.from ?? '')?.[1];
    const condition = this.poison?.(element);
    if (!session.accepted) fail(session, 'not-authorized');
    else if (condition === 'reset') session.socket.destroy();
    else if (condition !== undefined) fail(session, condition);
    else if (from !== session.domain) fail(session, 'invalid-from');
    else if (this.#holding) this.#held.push(element);
    else this.#route(element);
  }

  #onHandshake(session: Session, digest: string): void {
    const secret = this.#secrets[session.domain] ?? '';
    const expected = createHash('sha1')
      .update(STREAM_ID + secret)
      .digest('hex');
    const taken = [...this.#sessions].some(
      (other) => other.accepted && other.domain === session.domain,
    );
    if (digest !== expected) fail(session, 'not-authorized');
    else if (taken && !this.sharing) fail(session, 'conflict');
    else {
      session.accepted = true;
      session.socket.write(`<handshake/>${this.welcome}`);
    }
  }

  #route(stanza: Element): void {
    const { from, to, id } = stanza.attrs;
    if (to === OWN_DOMAIN && this.upSeconds !== undefined) {
      const answer = `<iq type='result' id='${id}' from='${to}' to='${from}'><query xmlns='jabber:iq:last' seconds='${this.upSeconds}'/></iq>`;
      for (const { socket, domain } of this.#sessions) if (domain === from) socket.write(answer);
      return;
    }
    const domain = JID.exec(to ?? '')?.[1];
    const owners = [...this.#sessions].filter((one) => one.accepted && one.domain === domain);
    const owner = owners[this.#turn++ % owners.length];
    if (this.strays > 0) this.strays--;
    else owner?.socket.write(serialise(stanza, NS_COMPONENT));
  }
}

function fail({ socket }: Session, condition: string): void {
  if (socket.writableEnded) return;
  socket.end(
    `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`,
  );
}
