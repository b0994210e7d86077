/** The way into one channel: asked for, then told who is there, then in. It ends in time, whatever the server does. */

import type { Refusal, RoomEvent } from 'postern/adapter';
import type { Wire } from './wire/client.ts';
import { LineError } from './wire/line.ts';
import { WHOX_FIELDS } from './wire/reading.ts';

/** Larger channels are not asked who everybody is: servers answer that slowly, or not at all. */
const MAX_WHO = 1_000;
/** What is said while the list of people comes. */
const MAX_EARLY = 500;
const ENTERING_MS = 20_000;
/** A server answers a JOIN at once, or never: two spellings may be one channel to it. */
const ASKING_MS = 60_000;

export class Entry {
  readonly #channel: string;
  readonly #now: () => number;
  #is: 'outside' | 'asking' | 'entering' | 'in' = 'outside';
  /** What ends the entering. */
  #last: 'who' | 'modes' = 'modes';
  /** How long it is asked for, or its list is waited for. */
  #until = 0;
  #early: RoomEvent[] = [];

  constructor(channel: string, now: () => number) {
    this.#channel = channel;
    this.#now = now;
  }

  get is(): 'outside' | 'asking' | 'entering' | 'in' {
    return this.#is;
  }

  /** @returns false where it can not be asked for */
  ask(wire: Wire, password: string | undefined): boolean {
    this.#is = 'asking';
    this.#until = this.#now() + ASKING_MS;
    return sent(() => wire.send('JOIN', this.#channel, password));
  }

  /** The server lets one in. */
  begin(wire: Wire): void {
    this.#is = 'entering';
    this.#until = this.#now() + ENTERING_MS;
    sent(() => wire.send('MODE', this.#channel));
  }

  /** The names are there. @param people how many */
  named(wire: Wire, people: number): void {
    if (people > MAX_WHO) return;
    const fields = wire.features.whox ? WHOX_FIELDS : undefined;
    if (sent(() => wire.send('WHO', this.#channel, fields))) this.#last = 'who';
  }

  /** Whether this answer is the last that is waited for. @param what undefined for an error in its place */
  endsBy(what: 'who' | 'modes' | undefined): boolean {
    return this.#is === 'entering' && (what === undefined || this.#last === what);
  }

  /** Called every few seconds. @returns `unanswered` where the server does not let one in, nor says why */
  overdue(wire: Wire | undefined): 'unanswered' | 'unlisted' | undefined {
    const now = this.#now();
    // The question may not have left yet.
    if (this.#is === 'asking' && wire?.isHeldBack === true) this.#until = now + ASKING_MS;
    if (now <= this.#until) return undefined;
    if (this.#is === 'asking') return 'unanswered';
    return this.#is === 'entering' ? 'unlisted' : undefined;
  }

  /** Said while the list of people comes. */
  keep(event: RoomEvent): void {
    if (this.#early.length < MAX_EARLY) this.#early.push(event);
  }

  /** He is in. */
  finish(): void {
    this.#is = 'in';
  }

  /** What was said meanwhile. */
  early(): readonly RoomEvent[] {
    return this.#early.splice(0);
  }

  end(): void {
    this.#is = 'outside';
  }

  /** What was said is of no use where nobody will be told who is there. */
  lose(): void {
    this.end();
    this.#early = [];
  }
}

/** False where it was not sent: too much waits, or no line can say it. */
export function sent(send: () => boolean): boolean {
  try {
    return send();
  } catch (error) {
    if (error instanceof LineError) return false;
    throw error;
  }
}

export const NOT_ASKED: Refusal = {
  condition: 'not-acceptable',
  type: 'modify',
  text: 'The server could not be asked for this channel with this password.',
};

export const SENT_AWAY: Refusal = {
  condition: 'forbidden',
  type: 'modify',
  text: 'You were sent away at once.',
};

export const NO_ANSWER: Refusal = {
  condition: 'remote-server-timeout',
  type: 'wait',
  text: 'The server does not answer: you may be in this channel already, under another spelling.',
};
