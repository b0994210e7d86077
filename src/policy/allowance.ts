import { readHash } from '../accounts/stored-hash.ts';
import type { TransportId } from '../contract/index.ts';
import type { Script, Store } from '../store/store.ts';
import type { BareJid } from '../xmpp/jid.ts';

/** [transport, day, seconds to keep, jid, units, jid, units…] adds to what each has used up. */
const ADD = `
local key = KEYS[1] .. ':use:' .. ARGV[1] .. ':' .. ARGV[2]
for i = 4, #ARGV, 2 do redis.call('HINCRBY', key, ARGV[i], ARGV[i + 1]) end
redis.call('EXPIRE', key, ARGV[3])
`;

const DAY_MS = 24 * 60 * 60 * 1_000;
const KEEP_S = 2 * 24 * 60 * 60;
const RETRY_AFTER_MS = 1_000;

/** How many users one call to the store is about; the rest waits for the next. */
const USERS_A_WRITE = 500;

export interface AllowanceOptions {
  readonly transport: TransportId;
  readonly store: Pick<Store, 'command' | 'script' | 'partitionFor'>;
  readonly onError: (error: unknown) => void;
}

/**
 * What each user has used up of today (UTC). Counted in memory and written behind, once a tick at
 * most: a crash costs what one tick has counted. A write whose answer is lost is written again, so
 * that a fault can count twice, and never too little.
 */
export class Allowance {
  readonly #options: AllowanceOptions;
  readonly #add: Script;
  readonly #partition: number;
  /** Days since the epoch. */
  #day = 0;
  #used = new Map<BareJid, number>();
  #unwritten = new Map<BareJid, number>();
  /** While the store is being read or written. */
  #busy: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: AllowanceOptions) {
    this.#options = options;
    this.#add = options.store.script(ADD);
    this.#partition = options.store.partitionFor(options.transport);
  }

  /** Reads the count of this day from the store, in place of what is known. */
  async load(now: number): Promise<void> {
    while (this.#busy !== undefined) await this.#busy;
    await this.#alone(async () => {
      const { store, transport } = this.#options;
      this.#startDay(now);
      const key = `use:${transport}:${nameOf(this.#day)}`;
      const stored = await readHash(store, this.#partition, key);
      this.#used = new Map([...stored].map(([jid, units]) => [jid as BareJid, Number(units)]));
      for (const [jid, units] of this.#unwritten) raise(this.#used, jid, units);
    });
    this.#writeSoon();
  }

  used(jid: BareJid, now: number): number {
    this.#startDay(now);
    return Math.max(this.#used.get(jid) ?? 0, 0);
  }

  /** @param units less than 0 where something is given back */
  add(jid: BareJid, units: number, now: number): void {
    if (units === 0) return;
    this.#startDay(now);
    raise(this.#used, jid, units);
    raise(this.#unwritten, jid, units);
    this.#writeSoon();
  }

  /** Writes what is not written yet; does not try again. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopRetrying();
    this.#writeSoon();
    while (this.#busy !== undefined) await this.#busy;
  }

  #writeSoon(): void {
    if (this.#unwritten.size === 0 || this.#busy !== undefined || this.#retry !== undefined) return;
    this.#alone(() => this.#write()).catch((error: unknown) => {
      this.#options.onError(error);
      if (this.#closed) return;
      this.#retry = setTimeout(() => {
        this.#stopRetrying();
        this.#writeSoon();
      }, RETRY_AFTER_MS).unref();
    });
  }

  async #write(): Promise<void> {
    // What this tick counts goes together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#unwritten.size > 0) {
      const day = this.#day;
      const batch = [...this.#unwritten].slice(0, USERS_A_WRITE);
      for (const [jid] of batch) this.#unwritten.delete(jid);
      const { transport } = this.#options;
      try {
        const args = [transport, nameOf(day), KEEP_S, ...batch.flat()];
        await this.#add.run(this.#partition, args);
      } catch (error) {
        if (day === this.#day) for (const [jid, units] of batch) raise(this.#unwritten, jid, units);
        throw error;
      }
    }
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    const done = work();
    this.#busy = done.catch(() => undefined);
    try {
      await done;
    } finally {
      this.#busy = undefined;
    }
  }

  #stopRetrying(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  /** What was used up yesterday is of no use any more, written or not. */
  #startDay(now: number): void {
    const day = Math.floor(now / DAY_MS);
    if (day === this.#day) return;
    this.#day = day;
    this.#used = new Map();
    this.#unwritten = new Map();
  }
}

function raise(counts: Map<BareJid, number>, jid: BareJid, units: number): void {
  counts.set(jid, (counts.get(jid) ?? 0) + units);
}

/** `2026-01-31` */
function nameOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
