import { writeSync } from 'node:fs';

const MOST_WAITS = 20;
const WAIT_MS = 5;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Standard output for lines of a log. One that can not be written is dropped and counted, whatever is the
 * matter: a full disk, a reader that has ended, a terminal that was closed. Work goes on without its log.
 */
export class StandardOutput {
  readonly #write: (bytes: Uint8Array) => number;
  #dropped = 0;
  /** Of the last line only a part was written. */
  #isTorn = false;

  /** @param write as `fs.writeSync` */
  constructor(write: (bytes: Uint8Array) => number = (bytes) => writeSync(1, bytes)) {
    this.#write = write;
  }

  write(line: string): void {
    const before = this.#isTorn ? '\n' : '';
    const lost = this.#dropped === 0 ? '' : `${lostLines(this.#dropped)}\n`;
    if (this.#put(Buffer.from(`${before}${lost}${line}`))) this.#dropped = 0;
    else this.#dropped += 1;
  }

  #put(bytes: Uint8Array): boolean {
    let written = 0;
    let waits = 0;
    while (written < bytes.length) {
      try {
        written += this.#write(bytes.subarray(written));
      } catch (error) {
        // A pipe that is full, and was opened not to wait.
        const isFull = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
        if (!isFull || ++waits > MOST_WAITS) break;
        Atomics.wait(sleeper, 0, 0, WAIT_MS);
      }
    }
    const isWhole = written === bytes.length;
    if (isWhole) this.#isTorn = false;
    else if (written > 0) this.#isTorn = true;
    return isWhole;
  }
}

function lostLines(dropped: number): string {
  const line = { level: 'warn', time: new Date().toISOString(), dropped };
  return JSON.stringify({ ...line, msg: 'lines of the log could not be written' });
}
