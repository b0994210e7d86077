import type { Readable } from 'node:stream';
import { BARE_LINE_END, FULL, type Refusal, TOO_BIG } from './reply.ts';

const FIRST_SLAB = 4 * 1024;
const LARGEST_SLAB = 1024 * 1024;
const CR = 0x0d;
const LF = 0x0a;
/** A CR or LF without the other. */
const LONE = /\r(?!\n)|(?<!\r)\n/;

/** The memory that all mails share while they come in. */
export class Budget {
  #left: number;

  /** @param bytes of it */
  constructor(bytes: number) {
    this.#left = bytes;
  }

  get left(): number {
    return this.#left;
  }

  /** @returns false, and takes nothing, if there is not so much left */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}

/**
 * Collects the bytes of one mail. They are copied together: chunks can be as small as the other side
 * likes, and a million of them are a hundred times as much memory as their bytes.
 *
 * What can not be taken is read to its end all the same, since the other side listens no earlier.
 */
export class Body {
  readonly #budget: Budget;
  readonly #maxBytes: number;
  #slabs: Buffer[] = [];
  /** Of the last slab. */
  #free = 0;
  #bytes = 0;
  #taken = 0;
  #afterCr = false;
  #refusal: Refusal | undefined;

  constructor(budget: Budget, maxBytes: number) {
    this.#budget = budget;
    this.#maxBytes = maxBytes;
  }

  /**
   * Resolves at the end of the mail.
   * @throws Error when the connection is gone before it
   */
  read(stream: Readable): Promise<Buffer | Refusal> {
    return new Promise((resolve, reject) => {
      stream.on('data', (chunk: Buffer) => this.#add(chunk));
      stream.on('end', () => resolve(this.#refusal ?? this.#whole()));
      stream.on('error', reject);
      stream.on('close', () => {
        if (!stream.readableEnded) reject(new Error('the connection is gone'));
      });
    });
  }

  /** Lets the memory go. */
  release(): void {
    this.#slabs = [];
    this.#free = 0;
    this.#budget.giveBack(this.#taken);
    this.#taken = 0;
  }

  #add(chunk: Buffer): void {
    if (this.#refusal !== undefined) return;
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) this.#refuse(TOO_BIG);
    else if (!this.#linesEndWell(chunk)) this.#refuse(BARE_LINE_END);
    else if (!this.#copy(chunk)) this.#refuse(FULL);
  }

  #refuse(refusal: Refusal): void {
    this.#refusal = refusal;
    this.release();
  }

  #copy(chunk: Buffer): boolean {
    for (let from = 0; from < chunk.length; ) {
      if (this.#free === 0 && !this.#grow(chunk.length - from)) return false;
      const slab = this.#slabs.at(-1) ?? Buffer.alloc(0);
      const copied = chunk.copy(slab, slab.length - this.#free, from);
      this.#free -= copied;
      from += copied;
    }
    return true;
  }

  #grow(needed: number): boolean {
    const size = Math.min(Math.max(FIRST_SLAB, needed, this.#taken), LARGEST_SLAB);
    if (!this.#budget.take(size)) return false;
    this.#taken += size;
    this.#slabs.push(Buffer.allocUnsafe(size));
    this.#free = size;
    return true;
  }

  #whole(): Buffer {
    const [only, ...others] = this.#slabs;
    if (only !== undefined && others.length === 0) return only.subarray(0, this.#bytes);
    return Buffer.concat(this.#slabs, this.#bytes);
  }

  /**
   * RFC 5321 §2.3.8. A server before or behind us may see the end of a mail at a lone CR or LF, and a
   * second mail after it that nobody has looked at (SMTP smuggling).
   */
  #linesEndWell(chunk: Buffer): boolean {
    if (this.#afterCr && chunk[0] !== LF) return false;
    const begin = this.#afterCr ? 1 : 0;
    this.#afterCr = chunk[chunk.length - 1] === CR;
    const end = this.#afterCr ? chunk.length - 1 : chunk.length;
    // As text: a regular expression reads it several times as fast as a loop.
    return !LONE.test(chunk.toString('latin1', begin, end));
  }
}
