/**
 * One connection to the server, from the first SYN to the end: its bytes, its negotiation, and the
 * one reason for its end. A link is used once.
 */

import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ForbiddenCharacterError } from '../xml/characters.ts';
import { type Element, NS_COMPONENT, NS_STREAMS } from '../xml/element.ts';
import { type SkipReason, StreamReader } from '../xml/reader.ts';
import type { StanzaXml } from '../xml/serialise.ts';
import { XmlError } from '../xml/tag.ts';
import {
  closedByServer,
  type Destination,
  endBySocketError,
  endByStreamError,
  endByWrongHeader,
  foreign,
  noAnswer,
  type StreamEnd,
  unreadable,
} from './end.ts';
import { type Negotiation, negotiate } from './negotiation.ts';

export interface LinkOptions extends Destination {
  readonly tls: boolean;
  readonly secret: string;
  /** Milliseconds from the first packet to the accepted handshake. */
  readonly negotiateMs: number;
}

export interface LinkEvents {
  /** Stanzas may be written. Before those that the server may have sent with its answer are told. */
  ready(): void;
  /** In `jabber:component:accept`; anything else the server says outside an error is ignored. */
  stanza(stanza: Element): void;
  skipped(header: Element, why: SkipReason): void;
  /** What was written has left: `writable` is true again. */
  drained(): void;
  /** Once; nothing comes after it. */
  ended(end: StreamEnd): void;
}

export class Link {
  readonly #options: LinkOptions;
  readonly #events: LinkEvents;
  readonly #socket: Socket;
  readonly #reader: StreamReader;
  readonly #impatience: NodeJS.Timeout;
  #negotiation: Negotiation | undefined;
  #opened = false;
  #accepted = false;
  #finishing: StreamEnd | undefined;
  #ended = false;

  constructor(options: LinkOptions, events: LinkEvents) {
    this.#options = options;
    this.#events = events;
    this.#reader = new StreamReader({
      opened: (root, inner) => this.#onHeader(root, inner),
      element: (element) => this.#onElement(element),
      skipped: (header, why) => header !== undefined && events.skipped(header, why),
      closed: () => this.end(this.#finishing ?? closedByServer()),
    });
    const { host, port, tls, negotiateMs } = options;
    this.#socket = tls
      ? connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}) })
      : connectTcp({ host, port });
    this.#socket
      .setNoDelay(true)
      .once(tls ? 'secureConnect' : 'connect', () => this.#negotiate())
      .on('data', (chunk) => this.#onData(chunk))
      .on('drain', () => events.drained())
      .on('error', (error) => this.end(endBySocketError(error, options)))
      .on('close', () => this.end(this.#finishing ?? closedByServer()));
    this.#impatience = setTimeout(() => this.end(noAnswer(options, negotiateMs)), negotiateMs);
  }

  get ready(): boolean {
    return this.#accepted && !this.#ended && this.#finishing === undefined;
  }

  /** Bytes that were written here and have not left. */
  get backlog(): number {
    return this.#socket.writableLength;
  }

  /** False: wait for `drained` before writing what can wait. */
  get writable(): boolean {
    return !this.#socket.writableNeedDrain;
  }

  write(xml: StanzaXml): void {
    if (this.ready) this.#socket.write(xml);
  }

  /** Closes the stream, and waits for the server to do so (RFC 6120 §4.4). */
  finish(end: StreamEnd): void {
    if (this.ready) {
      this.#socket.end('</stream:stream>');
      this.#finishing = end;
    } else {
      this.end(end);
    }
  }

  /** At once. */
  end(end: StreamEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#impatience);
    this.#reader.close();
    this.#socket.destroy();
    this.#negotiation?.abandon();
    this.#events.ended(end);
  }

  #negotiate(): void {
    const { domain, secret, negotiateMs } = this.#options;
    this.#negotiation = negotiate(this.#socket, { domain, secret, timeoutMs: negotiateMs });
  }

  #onData(chunk: Buffer): void {
    try {
      this.#reader.write(chunk);
    } catch (error) {
      if (!(error instanceof XmlError) && !(error instanceof ForbiddenCharacterError)) throw error;
      this.end(this.#opened ? unreadable(error.message) : foreign(this.#options));
    }
  }

  #onHeader(root: Element, inner: string): void {
    const wrong = endByWrongHeader(root, inner, this.#options);
    if (wrong !== undefined) {
      this.end(wrong);
    } else {
      this.#opened = true;
      this.#negotiation?.opened(root);
    }
  }

  #onElement(element: Element): void {
    if (element.ns === NS_STREAMS && element.name === 'error') {
      this.end(endByStreamError(element, this.#options));
    } else if (element.ns === NS_COMPONENT && this.#accepted) {
      if (STANZAS.has(element.name)) this.#events.stanza(element);
    } else if (element.ns === NS_COMPONENT && element.name === 'handshake') {
      this.#onAccepted(element);
    }
  }

  /** The package tells of it some turns later: what came with it could not be answered until then. */
  #onAccepted(handshake: Element): void {
    clearTimeout(this.#impatience);
    this.#accepted = true;
    this.#negotiation?.accepted(handshake);
    this.#events.ready();
  }
}

const STANZAS = new Set(['message', 'presence', 'iq']);
