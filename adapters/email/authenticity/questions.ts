import { performance } from 'node:perf_hooks';
import { type Dns, DnsError } from './dns.ts';

/** An honest sender needs some thirty. SPF alone allows hundreds to a hostile one. */
const MAX_QUESTIONS = 100;
/** None is begun later; the last one takes 3 s, so that a check ends within 12. */
const LAST_START_MS = 9_000;

/** What one mail may ask. */
export class Questions {
  readonly #dns: Dns;
  readonly #lastStart = performance.now() + LAST_START_MS;
  #asked = 0;

  constructor(dns: Dns) {
    this.#dns = dns;
  }

  /** Whether the mail wanted more than it may: asking later would be no use. */
  get exhausted(): boolean {
    return this.#asked > MAX_QUESTIONS;
  }

  /** In the form that mailauth takes. */
  readonly ask = async (name: string, type: string): Promise<string[] | string[][]> => {
    this.#asked += 1;
    if (this.exhausted) throw new DnsError('EREFUSED');
    if (performance.now() > this.#lastStart) throw new DnsError('ETIMEOUT');
    return await this.#dns.resolve(name, type);
  };
}
