/**
 * What was written to the server and has not left: when who can wait has to, and when something is
 * dropped. Of one link.
 */

import type { AdapterLog } from '../../contract/index.ts';

/** All in UTF-16 units of XML. From so many on, who can wait is asked to. */
const FULL = 1024 * 1024;
/** So few, and he goes on. The kernel has some more, so that the wire does not run dry. */
const FREE = 256 * 1024;
/** More are dropped. What clients ask for, a large room or a page of an archive, can not wait. */
const MOST = 8 * 1024 * 1024;
/** A wait of so many milliseconds is the operator's business. */
const LONG_MS = 5_000;

export class Backlog {
  readonly #log: AdapterLog;
  readonly #domain: string;
  #room: PromiseWithResolvers<void> | undefined;
  #fullSince = 0;
  #dropped = 0;

  constructor(log: AdapterLog, domain: string) {
    this.#log = log;
    this.#domain = domain;
  }

  /** @param waiting what has not left @returns whether something live may be added; where not, it is counted */
  takes(waiting: number): boolean {
    if (waiting <= MOST) return true;
    this.#dropped++;
    return false;
  }

  /** @returns undefined while there is room; the same promise to all until there is again */
  full(waiting: number): Promise<void> | undefined {
    if (this.#room === undefined && waiting > FULL) {
      this.#room = Promise.withResolvers();
      this.#fullSince = performance.now();
      this.#log.debug({ domain: this.#domain }, 'The server is slow to read: the network waits.');
    }
    return this.#room?.promise;
  }

  /** Something may have left. */
  left(waiting: number): void {
    if (waiting > FREE) return;
    this.#free();
    this.#report();
  }

  /** Nobody waits for a link that is gone. */
  end(): void {
    this.#free();
    this.#report();
  }

  #free(): void {
    if (this.#room === undefined) return;
    const ms = Math.round(performance.now() - this.#fullSince);
    const level = ms < LONG_MS ? 'debug' : 'warn';
    this.#log[level](
      { domain: this.#domain, ms },
      'The server was slow to read: the network waited.',
    );
    this.#room.resolve();
    this.#room = undefined;
  }

  /** Once for all that was dropped in a row. */
  #report(): void {
    if (this.#dropped === 0) return;
    const fields = { domain: this.#domain, dropped: this.#dropped };
    this.#log.error(fields, 'The server was too slow to read: what was live was dropped.');
    this.#dropped = 0;
  }
}
