/** How much one address may do. Where it can have a whole network of addresses, that is one. */

import { isIPv6 } from 'node:net';

const MINUTE_MS = 60_000;
/** Beyond it those who were here first begin anew. */
const MAX_BUCKETS = 10_000;

/** The address itself, or the /64 of an IPv6 address: that is what one customer gets. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [front = [], back = []] = address.split('::').map((half) => half.split(':'));
  const absent = Math.max(8 - front.length - back.length, 0);
  const groups = [...front, ...Array<string>(absent).fill('0'), ...back];
  return groups
    .slice(0, 4)
    .map((group) => group || '0')
    .join(':');
}

/** Counts who is here. */
export class Visitors {
  /** May be changed while they are counted. */
  most: number;
  readonly #counts = new Map<string, number>();

  constructor(most: number) {
    this.most = most;
  }

  /** @returns false, and nothing is counted, if there are too many already */
  enter(network: string): boolean {
    const count = this.#counts.get(network) ?? 0;
    if (count >= this.most) return false;
    this.#counts.set(network, count + 1);
    return true;
  }

  leave(network: string): void {
    const count = this.#counts.get(network) ?? 0;
    if (count > 1) this.#counts.set(network, count - 1);
    else this.#counts.delete(network);
  }
}

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** A token bucket for each of those who came within the last minute: all other buckets are full. */
export class Rate {
  /** A minute, and at once; may be changed. */
  most: number;
  /** Who came last is at the end. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(most: number) {
    this.most = most;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /**
   * @param now milliseconds of a clock that never goes back
   * @returns false if there is none to take
   */
  take(network: string, now: number): boolean {
    this.#forget(now);
    const bucket = this.#buckets.get(network) ?? { tokens: this.most, at: now };
    const refilled = ((now - bucket.at) * this.most) / MINUTE_MS;
    const tokens = Math.min(bucket.tokens + refilled, this.most);
    this.#buckets.delete(network);
    this.#buckets.set(network, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
    return tokens >= 1;
  }

  #forget(now: number): void {
    for (const [network, { at }] of this.#buckets) {
      if (now - at < MINUTE_MS && this.#buckets.size < MAX_BUCKETS) return;
      this.#buckets.delete(network);
    }
  }
}
