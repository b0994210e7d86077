import { asList, asObject } from '../stand-in/written.ts';

/** How the carrier answers the next message, or every message to a number. */

/**
 * - `accept`: stores the message and answers 201.
 * - `refuse`: answers 400 with `code`.
 * - `throttle`: answers 429 with `Retry-After`.
 * - `unavailable`: answers 503.
 * - `drop-before`: closes the connection and stores nothing.
 * - `drop-after`: stores the message and closes the connection.
 * - `hang`: stores the message and never answers.
 * - `hold`: stores the message and answers 201 when `POST /control/release` says so.
 */
const MODES = [
  'accept',
  'refuse',
  'throttle',
  'unavailable',
  'drop-before',
  'drop-after',
  'hang',
  'hold',
] as const;

export type Mode = (typeof MODES)[number];

export interface StatusStep {
  readonly status: string;
  /** Twilio's number for what went wrong. */
  readonly errorCode?: number;
}

export interface Conduct {
  readonly mode: Mode;
  /** Twilio's number of the refusal. */
  readonly code: number;
  readonly retryAfterSeconds: number;
  /** What becomes of an accepted message; each step is a status callback. */
  readonly statuses: readonly StatusStep[];
}

const ACCEPT: Conduct = {
  mode: 'accept',
  code: 21211,
  retryAfterSeconds: 1,
  statuses: [{ status: 'sent' }, { status: 'delivered' }],
};

/** Which conduct applies: first the list for the next messages, then the number's, then the usual. */
export class Conducts {
  #next: Conduct[] = [];
  #usual: Conduct = ACCEPT;
  readonly #byNumber = new Map<string, Conduct>();

  /** Takes the head of the list: called once a message, as it arrives. */
  takeNext(): Conduct | undefined {
    return this.#next.shift();
  }

  of(to: string): Conduct {
    return this.#byNumber.get(to) ?? this.#usual;
  }

  /** The conduct of every message, where none depends on the number. */
  get usual(): Conduct | undefined {
    return this.#byNumber.size === 0 ? this.#usual : undefined;
  }

  setNext(conducts: readonly Conduct[]): void {
    this.#next = [...conducts];
  }

  setUsual(conduct: Conduct): void {
    this.#usual = conduct;
  }

  setFor(to: string, conduct: Conduct): void {
    this.#byNumber.set(to, conduct);
  }

  reset(): void {
    this.#next = [];
    this.#usual = ACCEPT;
    this.#byNumber.clear();
  }
}

/**
 * Reads a conduct: the name of a mode, or `{ mode, code, retryAfterSeconds, statuses }`, where
 * `statuses` is a list of names or of `{ status, errorCode }`.
 * @throws Error in words for the person who wrote it
 */
export function readConduct(written: unknown): Conduct {
  const {
    mode = 'accept',
    code,
    retryAfterSeconds,
    statuses,
  } = asObject(typeof written === 'string' ? { mode: written } : written);
  const known = MODES.find((name) => name === mode);
  if (known === undefined) throw new Error(`mode must be one of ${MODES.join(', ')}`);
  return {
    mode: known,
    code: asNumber(code, ACCEPT.code, 'code'),
    retryAfterSeconds: asNumber(retryAfterSeconds, ACCEPT.retryAfterSeconds, 'retryAfterSeconds'),
    statuses: statuses === undefined ? ACCEPT.statuses : asList(statuses).map(readStep),
  };
}

export function readStep(written: unknown): StatusStep {
  const { status, errorCode } = asObject(
    typeof written === 'string' ? { status: written } : written,
  );
  if (typeof status !== 'string') throw new Error('status must be a text, like delivered');
  return errorCode === undefined
    ? { status }
    : { status, errorCode: asNumber(errorCode, 0, 'errorCode') };
}

function asNumber(written: unknown, usual: number, name: string): number {
  if (written === undefined) return usual;
  if (typeof written !== 'number') throw new Error(`${name} must be a number`);
  return written;
}
