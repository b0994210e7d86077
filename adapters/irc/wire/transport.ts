/** A connection to a server, as lines. Its socket, its charset and its limits are only known here. */

import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { Charset } from './charset.ts';
import type { WireLine } from './line.ts';

/** Where a server is. There is no way from `tls` to clear text but to write so. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Always verified. `ca`: PEM of the authorities to trust in place of the usual ones. */
  readonly tls: { readonly ca?: string } | false;
}

/** All calls come in the order of what happened; `closed` once, as the last one. */
export interface TransportListener {
  opened(): void;
  line(text: string): void;
  /** All that came at once was given. */
  turn(): void;
  closed(end: TransportEnd): void;
}

export interface TransportEnd {
  readonly why: 'unreachable' | 'untrusted' | 'line-too-long' | 'lost' | 'ended';
  /** For the operator's log. */
  readonly words: string;
}

/** IRCv3 message-tags allows 8191 bytes of tags before the 512 of RFC 1459: twice that is nobody's line. */
const MAX_LINE_BYTES = 16 * 1024;
/** What a server did not read so far. More than that, and it is not reading. */
const CONGESTED_BYTES = 16 * 1024;
const STALLED_BYTES = 64 * 1024;
const LF = 0x0a;

export class Transport {
  /** Whether nobody in between can read it: verified TLS, or this very machine. */
  readonly isPrivate: boolean;
  readonly #socket: Socket;
  readonly #charset: Charset;
  readonly #listener: TransportListener;
  /** The beginning of a line whose end has not come. */
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  /** What came and is not read yet. */
  #held: Buffer | undefined;
  #isPaused = false;
  #opened = false;
  /** Nothing is read any more. */
  #isOver = false;
  #end: TransportEnd | undefined;

  /** Connects. Nothing is called before it returns. */
  constructor(endpoint: Endpoint, charset: Charset, listener: TransportListener) {
    const { host, port, tls } = endpoint;
    this.#charset = charset;
    this.#listener = listener;
    this.isPrivate = tls !== false || isLoopback(host);
    this.#socket =
      tls === false
        ? connect({ host, port })
        : connectTls({
            host,
            port,
            minVersion: 'TLSv1.2',
            ...(isIP(host) === 0 ? { servername: host } : {}),
            ...(tls.ca === undefined ? {} : { ca: tls.ca }),
          });
    // Without it a line waits for the answer to the one before: 40 ms for nothing.
    this.#socket.setNoDelay(true);
    this.#socket.once(tls === false ? 'connect' : 'secureConnect', () => {
      this.#opened = true;
      listener.opened();
    });
    this.#socket.on('data', (data: Buffer) => this.#read(data));
    this.#socket.once('error', (error) => this.#give(this.#endBy(error)));
    this.#socket.once('close', () => {
      this.#finish();
      listener.closed(this.#end ?? { why: 'ended', words: 'the server closed the connection' });
    });
  }

  /** Whether it is better to send later what can wait. */
  get isCongested(): boolean {
    return this.#socket.writableLength > CONGESTED_BYTES;
  }

  write(line: WireLine): void {
    if (!this.#socket.writable) return;
    this.#gather();
    this.#socket.write(this.#charset.encode(`${line}\r\n`));
    if (this.#socket.writableLength > STALLED_BYTES) {
      this.destroy({ why: 'lost', words: 'the server does not read' });
    }
  }

  /** Gives not one line more until `resume`, so that the server has to wait. */
  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#readHeld();
    if (!this.#isPaused) this.#socket.resume();
  }

  /** At once. `closed` follows. */
  destroy(end: TransportEnd): void {
    this.#give(end);
    this.#isOver = true;
    this.#socket.destroy();
  }

  /**
   * All lines of one tick leave together. If they did not, and the server has said why it hangs up, the
   * second would fail before that is read.
   */
  #gather(): void {
    if (this.#socket.writableCorked > 0) return;
    this.#socket.cork();
    process.nextTick(() => this.#socket.uncork());
  }

  #give(end: TransportEnd): void {
    this.#end ??= end;
  }

  #endBy(error: Error & { code?: string }): TransportEnd {
    const code = error.code ?? '';
    const words = `${code} ${error.message}`.trim().slice(0, 200);
    if (this.#opened) return { why: 'lost', words };
    const isTls = this.#socket instanceof TLSSocket && /CERT|TLS|SSL|SIGNATURE|ISSUER/.test(code);
    return { why: isTls ? 'untrusted' : 'unreachable', words };
  }

  /** Each byte is looked at once, however it was cut on its way. */
  #read(data: Buffer): void {
    let start = 0;
    while (!this.#isOver && !this.#isPaused) {
      const end = data.indexOf(LF, start);
      if (end < 0) break;
      this.#take(data.subarray(start, end));
      start = end + 1;
    }
    const rest = data.subarray(start);
    if (this.#isPaused) this.#held = this.#held ? Buffer.concat([this.#held, rest]) : rest;
    else if (rest.length > 0) this.#keep(rest);
    this.#listener.turn();
  }

  #readHeld(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#read(held);
  }

  /** The socket is closed: what had come before is given, whoever is to wait for it. */
  #finish(): void {
    do {
      this.#isPaused = false;
      this.#readHeld();
    } while (this.#held !== undefined && !this.#isOver);
    this.#isOver = true;
    this.#pieces = [];
  }

  #take(piece: Buffer): void {
    this.#keep(piece);
    if (this.#isOver) return;
    const line = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#pieceBytes = 0;
    const text = readable(this.#charset.decode(line));
    if (text !== '') this.#listener.line(text);
  }

  #keep(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#pieceBytes += piece.length;
    if (this.#pieceBytes <= MAX_LINE_BYTES) return;
    this.#pieces = [];
    this.#pieceBytes = 0;
    this.destroy({ why: 'line-too-long', words: `a line of more than ${MAX_LINE_BYTES} bytes` });
  }
}

/** A CR in the middle would be a new line to whoever reads it next; a NUL, the end. */
function readable(line: string): string {
  let end = line.length;
  // No pattern: of a line full of them each would be looked at as the first of the last ones.
  while (line[end - 1] === '\r') end -= 1;
  const text = line.slice(0, end);
  return /[\r\0]/.test(text) ? text.replace(/[\r\0]/g, ' ') : text;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
