/** The questions that proofs of a sender need answered. */

import { Resolver } from 'node:dns/promises';
import { performance } from 'node:perf_hooks';

/** What a name server said, in the form of `node:dns`. */
export interface Dns {
  /**
   * @param type of the record: TXT, A, AAAA, MX, PTR or CNAME
   * @throws DnsError
   */
  resolve(name: string, type: string): Promise<string[] | string[][]>;
}

export interface DnsOptions {
  /** The longest wait for one answer, in milliseconds. */
  readonly eachMs?: number;
}

const EACH_MS = 3_000;
const TRIES = 2;
/** `node:dns` does not tell how long a record may be kept. What is missing is often being added. */
const FOUND_MS = 5 * 60_000;
const MISSING_MS = 60_000;
const MAX_KEPT = 1_000;
/** Characters. The records of large senders take 6,000. */
const MAX_ANSWER = 16_384;

/** The code is that of `node:dns`. ENOTFOUND and ENODATA: there is none. Any other: not now. */
export class DnsError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`DNS: ${code}`);
    this.code = code;
  }
}

/** @param servers addresses, with or without a port; the system's, if left out */
export function openDns(servers: readonly string[] | undefined, options: DnsOptions = {}): Dns {
  return new RememberingDns(servers, options.eachMs ?? EACH_MS);
}

interface Remembered {
  readonly answer: Promise<string[] | string[][]>;
  /** Of `performance.now()`. Unset while nobody has answered. */
  until?: number;
}

/** One sender's records are asked for again and again. */
class RememberingDns implements Dns {
  readonly #resolver: Resolver;
  readonly #remembered = new Map<string, Remembered>();

  constructor(servers: readonly string[] | undefined, eachMs: number) {
    const asked = servers?.length ?? new Resolver().getServers().length;
    // Every try asks every server. Without a largest time-out slow answers would lengthen the next.
    const timeout = Math.ceil(eachMs / (TRIES * Math.max(1, asked)));
    this.#resolver = new Resolver({ timeout, maxTimeout: timeout, tries: TRIES });
    if (servers !== undefined) this.#resolver.setServers(servers);
  }

  async resolve(name: string, type: string): Promise<string[] | string[][]> {
    // Nothing else can be a name; the resolver would cut it at a NUL, and ask for another one's.
    if (!/^[!-~]{1,255}$/.test(name)) throw new DnsError('ENOTFOUND');
    const key = `${type} ${name.toLowerCase()}`;
    const known = this.#remembered.get(key);
    if (known && (known.until === undefined || known.until > performance.now())) {
      return await known.answer;
    }
    this.#remembered.delete(key);
    const asked: Remembered = { answer: this.#ask(name, type) };
    this.#remembered.set(key, asked);
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= MAX_KEPT) break;
      this.#remembered.delete(oldest);
    }
    try {
      const answer = await asked.answer;
      asked.until = performance.now() + FOUND_MS;
      return answer;
    } catch (error) {
      if (isMissing(error)) asked.until = performance.now() + MISSING_MS;
      else if (this.#remembered.get(key) === asked) this.#remembered.delete(key);
      throw error;
    }
  }

  async #ask(name: string, type: string): Promise<string[] | string[][]> {
    let records: string[] | string[][];
    try {
      // What mailauth takes: it declares the form of TXT alone, and reads the others as they come.
      records = (await this.#resolver.resolve(name, type)) as string[] | string[][];
    } catch (error) {
      const code = codeOf(error);
      // A name that can not exist does not.
      throw new DnsError(code === 'EBADNAME' ? 'ENOTFOUND' : code);
    }
    if (JSON.stringify(records).length > MAX_ANSWER) throw new DnsError('ENODATA');
    return records;
  }
}

function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOTFOUND' || code === 'ENODATA';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'EUNKNOWN';
}
