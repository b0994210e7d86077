import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { ComposedMail } from '../compose.ts';

/**
 * The content of one mail. The library would let it flow into the socket by itself, and not tell what
 * has left: so it is written here, in one piece, when the server has said that it takes it.
 */
export class Handover extends Readable {
  readonly #ready: () => void;
  readonly #wire: Buffer;
  #socket: Socket | undefined;
  #flushed = false;

  /** @param ready called when the server waits for the content */
  constructor(message: ComposedMail, ready: () => void) {
    super();
    this.#wire = wireForm(message);
    this.#ready = ready;
  }

  /** How the library begins to send a stream. */
  override pipe<T extends NodeJS.WritableStream>(destination: T): T {
    if (destination instanceof Readable) destination.unpipe();
    this.#ready();
    return destination;
  }

  override _read(): void {}

  begin(socket: Socket): void {
    this.#socket = socket;
    socket.write(this.#wire, (error) => {
      if (!error) this.#flushed = true;
    });
  }

  get begun(): boolean {
    return this.#socket !== undefined;
  }

  /** The operating system has all of it: whatever happens now, the server may get its end. */
  get handed(): boolean {
    return this.#flushed;
  }

  /** The same before the socket is destroyed by us: a write's own news of it comes a little later. */
  get handedByNow(): boolean {
    return this.#flushed || this.#socket?.writableLength === 0;
  }
}

/** RFC 5321 §2.3.8, §4.5.2: CRLF only, no line that is a dot alone but the last. */
function wireForm(message: ComposedMail): Buffer {
  const text = message.toString('latin1');
  const lines = text.replace(/\r\n|\r|\n/g, '\r\n').replace(/(^|\n)\./g, '$1..');
  return Buffer.from(`${lines}${lines.endsWith('\r\n') ? '' : '\r\n'}.\r\n`, 'latin1');
}
