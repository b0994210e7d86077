/**
 * Channels that are asked for: many in one line (RFC 2812 §3.2.1), as servers count lines, and who has
 * many would come into the last one minutes after the first. What is asked for while a line waits goes
 * with it, as long as nothing else waits behind that line.
 */

import { encodeJoin, type LineLimits } from './line.ts';
import type { Departure } from './throttle.ts';

/** One channel that is asked for. */
export interface JoinRequest {
  /** Whether the server has been asked. */
  readonly hasLeft: boolean;
  /** If it has not left it never will. */
  withdraw(): void;
}

interface Asked extends JoinRequest {
  readonly channel: string;
  readonly key: string | undefined;
  hasLeft: boolean;
  isWithdrawn: boolean;
}

const MAX_BYTES = 400;

export class Joins {
  readonly #push: (depart: Departure) => boolean;
  /** Of the last line that waits. */
  #open: Asked[] = [];
  #bytes = 0;

  /** @param push gives a line its place among those that wait; false when too many do */
  constructor(push: (depart: Departure) => boolean) {
    this.#push = push;
  }

  /**
   * @param most channels in one line
   * @returns undefined when too much waits already
   * @throws LineError where it can not be asked for
   */
  ask(
    limits: LineLimits,
    most: number,
    channel: string,
    key: string | undefined,
  ): JoinRequest | undefined {
    const bytes = Buffer.byteLength(encodeJoin(limits, [{ channel, key }]));
    const asked: Asked = {
      ...{ channel, key, hasLeft: false, isWithdrawn: false },
      withdraw() {
        this.isWithdrawn = true;
      },
    };
    const isFull = this.#open.length >= most || this.#bytes + bytes > MAX_BYTES;
    if (this.#open.length > 0 && !isFull) {
      this.#open.push(asked);
      this.#bytes += bytes;
      return asked;
    }
    const line = [asked];
    this.#open = line;
    this.#bytes = bytes;
    if (this.#push(() => this.#depart(limits, line))) return asked;
    this.cut();
    return undefined;
  }

  /** Something else goes behind: what is asked for from now on must not go before that. */
  cut(): void {
    this.#open = [];
  }

  #depart(limits: LineLimits, line: readonly Asked[]): ReturnType<Departure> {
    if (this.#open === line) this.cut();
    const wanted = line.filter(({ isWithdrawn }) => !isWithdrawn);
    if (wanted.length === 0) return undefined;
    for (const asked of wanted) asked.hasLeft = true;
    return encodeJoin(limits, wanted);
  }
}
