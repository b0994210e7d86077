import { constants, openSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

const STDOUT = 1;
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
  constructor(write: (bytes: Uint8Array) => number = toStandardOutput()) {
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
        // A pipe that is full, and was opened not to wait. Where nobody has read it for so long, each line
        // would hold all work for as long again.
        const isFull = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
        if (!isFull || this.#dropped > 0 || ++waits > MOST_WAITS) break;
        Atomics.wait(sleeper, 0, 0, WAIT_MS);
      }
    }
    const isWhole = written === bytes.length;
    if (isWhole) this.#isTorn = false;
    else if (written > 0) this.#isTorn = true;
    return isWhole;
  }
}

/** Pipes are made not to wait by Node, but not a terminal: Ctrl-S in it would stop all there is. */
function toStandardOutput(): (bytes: Uint8Array) => number {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  let descriptor = STDOUT;
  try {
    if (isatty(STDOUT)) {
      descriptor = openSync('/dev/stdout', O_WRONLY | O_NONBLOCK | O_NOCTTY);
    }
  } catch {
    // It belongs to somebody else, as after `su`.
  }
  return (bytes) => writeSync(descriptor, bytes);
}

function lostLines(dropped: number): string {
  const line = { level: 'warn', time: new Date().toISOString(), dropped };
  return JSON.stringify({ ...line, msg: 'lines of the log could not be written' });
}
