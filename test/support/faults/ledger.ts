/** What every source and every sink saw, in order. */

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Watched } from '../watched.ts';

/** From whom to whom. */
export const DIRECTIONS = [
  'xmpp-sms',
  'xmpp-mail',
  'xmpp-irc-room',
  'xmpp-irc',
  'sms-xmpp',
  'mail-xmpp',
  'irc-room-xmpp',
  'irc-xmpp',
] as const;
export type DirectionName = (typeof DIRECTIONS)[number];

/** A message of the test: the n-th of one conversation in one direction. */
export interface MessageKey {
  readonly direction: DirectionName;
  /** The conversation; order is promised within it. */
  readonly lane: number;
  readonly n: number;
}

/**
 * What a source is told that is no success.
 *
 * - `refused`: it was not taken, and may be offered again.
 * - `perhaps-taken`: nobody knows whether it was taken.
 * - `perhaps-sent`: it was taken, and nobody knows whether it was delivered. It is the end.
 * - `failed`: it was not delivered. It is the end.
 */
export type Bad = 'refused' | 'perhaps-taken' | 'perhaps-sent' | 'failed';

export type Seen =
  /** The source has handed it over, for the first time or again. */
  | { readonly is: 'offered' }
  /** The source knows that the gateway has it. `by`: how. `id`: what the message is called on its network. */
  | { readonly is: 'accepted'; readonly by: string; readonly id?: string }
  /** The sink has it. `id`: by what the sink would know a repeat; left out where there is nothing. */
  | { readonly is: 'arrived'; readonly id?: string }
  /** The source was told that it is delivered. `id`: of what told it. */
  | { readonly is: 'receipt'; readonly id?: string }
  | { readonly is: 'error'; readonly says: Bad; readonly text: string; readonly id?: string }
  /** It was put aside for the operator. */
  | { readonly is: 'parked' };

/** `at`: milliseconds since the beginning of the ledger. */
export type LedgerRecord = MessageKey & { readonly at: number } & Seen;

/** Something that was broken on purpose. */
export interface Fault {
  readonly at: number;
  readonly what: FaultKind;
  readonly how: How;
}

/** A process is killed or stopped; a link is broken, in whatever way. */
export type How = 'killed' | 'paused' | 'reset' | 'black-hole' | 'broken';

/** What may be killed, stopped or cut. */
export type FaultKind =
  | 'gateway'
  | 'redis'
  | 'server'
  | 'carrier'
  | 'smarthost'
  | 'irc'
  | 'link-xmpp'
  | 'link-redis'
  | 'link-carrier'
  | 'link-webhooks'
  | 'link-smarthost'
  | 'link-mail'
  | 'link-irc';

/** A hundred thousand messages with all that is said of them. */
const MOST_RECORDS = 1_000_000;

export class Ledger extends Watched {
  readonly #records: LedgerRecord[] = [];
  readonly #faults: Fault[] = [];
  readonly #counts = new Map<string, number>();
  /** Milliseconds since the epoch. */
  readonly begunAt: number = Date.now();
  readonly #begun = performance.now();

  get records(): readonly LedgerRecord[] {
    return this.#records;
  }

  get faults(): readonly Fault[] {
    return this.#faults;
  }

  /** How many records of this kind there are. */
  count(direction: DirectionName, is: Seen['is']): number {
    return this.#counts.get(`${direction} ${is}`) ?? 0;
  }

  /** @throws RangeError when it is full */
  note({ direction, lane, n }: MessageKey, seen: Seen): void {
    if (this.#records.length >= MOST_RECORDS) throw new RangeError('the ledger is full');
    this.#records.push({ direction, lane, n, at: this.#now(), ...seen });
    this.#counts.set(`${direction} ${seen.is}`, this.count(direction, seen.is) + 1);
    this.changed();
  }

  fault(what: FaultKind, how: How): void {
    this.#faults.push({ at: this.#now(), what, how });
    this.changed();
  }

  /** As lines of JSON: faults and records, each in order. */
  async write(file: string): Promise<void> {
    const handle = await open(file, 'w');
    try {
      for (const fault of this.#faults) await handle.appendFile(`${JSON.stringify({ fault })}\n`);
      for (let at = 0; at < this.#records.length; at += 1_000) {
        const lines = this.#records.slice(at, at + 1_000).map((each) => JSON.stringify(each));
        await handle.appendFile(`${lines.join('\n')}\n`);
      }
    } finally {
      await handle.close();
    }
  }

  #now(): number {
    return Math.round(performance.now() - this.#begun);
  }
}

/** What `Ledger.write` wrote. */
export async function readLedger(file: string): Promise<Pick<Ledger, 'records' | 'faults'>> {
  const records: LedgerRecord[] = [];
  const faults: Fault[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const read = JSON.parse(line) as LedgerRecord | { readonly fault: Fault };
    if ('fault' in read) faults.push(read.fault);
    else records.push(read);
  }
  return { records, faults };
}

/** The text of a message: it says which it is, and no network changes it. */
export function textOf({ direction, lane, n }: MessageKey): string {
  return `${direction} ${lane} number ${n}`;
}

/** Such a text, within others. */
export const TEXT: RegExp = new RegExp(`(${DIRECTIONS.join('|')}) (\\d+) number (\\d+)`);
const WHOLE = new RegExp(`^${TEXT.source}$`);

/** Undefined for every other text. */
export function keyOf(text: string): MessageKey | undefined {
  const [, name, lane, n] = WHOLE.exec(text.trim()) ?? [];
  const direction = DIRECTIONS.find((each) => each === name);
  return direction && { direction, lane: Number(lane), n: Number(n) };
}

/** The same as an id that stands in stanzas and in mail: `xmpp-sms.3.17`. */
export function idOf({ direction, lane, n }: MessageKey): string {
  return `${direction}.${lane}.${n}`;
}

/** Undefined for every other id. */
export function keyOfId(id: string): MessageKey | undefined {
  return keyOf(id.replace(/^(\S+)\.(\d+)\.(\d+)$/, '$1 $2 number $3'));
}
