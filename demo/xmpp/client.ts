import { EventEmitter, on, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Element, escapeXml, StanzaReader } from './element.ts';
import { type Message, readMessage, reasonIn, writeMessage, writeToRoom } from './message.ts';

const MAX_KEPT_MESSAGES = 200;

export interface ClientOptions {
  readonly port: number;
  readonly domain: string;
  readonly user: string;
  readonly password: string;
}

interface ClientEvents {
  stanza: [Element];
  message: [Message];
  error: [Error];
}

/** A real XMPP client over TCP to 127.0.0.1 (RFC 6120): SASL PLAIN, one resource, messages, rooms. */
export class XmppClient {
  readonly #socket: Socket;
  readonly #options: ClientOptions;
  readonly #events = new EventEmitter<ClientEvents>();
  readonly #messages: Message[] = [];
  #reader = new StanzaReader();
  #closing = false;

  private constructor(options: ClientOptions) {
    this.#options = options;
    this.#socket = connect(options.port, '127.0.0.1').setEncoding('utf8');
    this.#events.on('error', () => undefined);
    this.#events.on('stanza', (stanza) => this.#take(stanza));
    this.#socket.on('data', (piece) => {
      for (const stanza of this.#reader.read(String(piece))) this.#events.emit('stanza', stanza);
    });
    this.#socket.on('error', (error) => this.#events.emit('error', error));
    this.#socket.on('close', () => {
      if (!this.#closing) this.#events.emit('error', new Error('the server closed the stream'));
    });
  }

  /** Resolves when it is online and available. @throws Error when it is not let in. */
  static async login(options: ClientOptions, signal: AbortSignal): Promise<XmppClient> {
    const client = new XmppClient(options);
    try {
      await client.#negotiate(signal);
      return client;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  get jid(): string {
    return `${this.#options.user}@${this.#options.domain}`;
  }

  /** @param thread XEP-0201 */
  say(to: string, body: string, id: string, thread?: string): void {
    this.#socket.write(writeMessage(to, body, id, thread));
  }

  /**
   * Resolves when it is in the room, and all that belongs to that was shown: its subject is the last
   * (XEP-0045 §7.1). Nothing of what was said before is asked for.
   * @throws Error with the reason if it is not let in
   */
  async join(room: string, nick: string, signal: AbortSignal): Promise<void> {
    const stanzas = on(this.#events, 'stanza', { signal });
    this.#socket.write(
      `<presence to='${escapeXml(`${room}/${nick}`)}'><x xmlns='http://jabber.org/protocol/muc'>` +
        "<history maxstanzas='0'/></x></presence>",
    );
    for await (const [stanza] of stanzas) {
      const { name, attrs }: Element = stanza;
      if (name === 'presence' && attrs.type === 'error' && attrs.from?.startsWith(room)) {
        throw new Error(`${this.#options.user} is not let in: ${reasonIn(stanza)}`);
      }
      const message = readMessage(stanza);
      if (message?.from === room && message.subject !== undefined) return;
    }
  }

  sayInRoom(room: string, body: string, id: string): void {
    this.#socket.write(writeToRoom(room, body, id));
  }

  /** Resolves when the receipt for a message of ours has come. @throws Error with the reason if it failed */
  async receipt(id: string, signal: AbortSignal): Promise<void> {
    const { error } = await this.message(
      (message) => message.receiptFor === id || (message.id === id && message.error !== undefined),
      signal,
    );
    if (error !== undefined) throw new Error(`${this.#options.user} is told: ${error}`);
  }

  /** The first message, of those that came and those to come, that is the one. */
  async message(isTheOne: (message: Message) => boolean, signal: AbortSignal): Promise<Message> {
    for (;;) {
      const found = this.#messages.find(isTheOne);
      if (found !== undefined) return found;
      await once(this.#events, 'message', { signal });
    }
  }

  onMessage(listener: (message: Message) => void): void {
    this.#events.on('message', listener);
  }

  close(): void {
    this.#closing = true;
    this.#socket.end('</stream:stream>');
  }

  async #negotiate(signal: AbortSignal): Promise<void> {
    const { user, password } = this.#options;
    await this.#openStream(signal);
    const credentials = Buffer.from(`\0${user}\0${password}`).toString('base64');
    const outcome = await this.#ask(
      `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${credentials}</auth>`,
      signal,
    );
    if (outcome.name !== 'success') throw new Error(`${this.jid} is not let in`);
    await this.#openStream(signal);
    const bound = await this.#ask(
      "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
      signal,
    );
    if (bound.attrs.type !== 'result') throw new Error(`${this.jid} gets no resource`);
    this.#socket.write('<presence/>');
  }

  /** Opens a stream; resolves with its features. */
  #openStream(signal: AbortSignal): Promise<Element> {
    this.#reader = new StanzaReader();
    return this.#ask(
      `<stream:stream to='${escapeXml(this.#options.domain)}' version='1.0' xmlns='jabber:client' ` +
        "xmlns:stream='http://etherx.jabber.org/streams'>",
      signal,
    );
  }

  async #ask(question: string, signal: AbortSignal): Promise<Element> {
    const answer = once(this.#events, 'stanza', { signal });
    this.#socket.write(question);
    const [stanza]: Element[] = await answer;
    if (stanza === undefined || stanza.name === 'stream:error') {
      throw new Error('the server ended the stream');
    }
    return stanza;
  }

  #take(stanza: Element): void {
    const { id = '', type = '', from = '' } = stanza.attrs;
    if (stanza.name === 'iq' && (type === 'get' || type === 'set')) {
      this.#socket.write(
        `<iq type='error' id='${escapeXml(id)}' to='${escapeXml(from)}'><error type='cancel'>` +
          "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
      );
    }
    const message = readMessage(stanza);
    if (message === undefined) return;
    this.#messages.push(message);
    if (this.#messages.length > MAX_KEPT_MESSAGES) this.#messages.shift();
    this.#events.emit('message', message);
  }
}
