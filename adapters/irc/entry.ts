/** The way into one channel: asked for, then told who is there, then in. It ends in time, whatever the server does. */

import type { Refusal, RoomEvent } from 'postern/adapter';
import { sent } from './sent.ts';
import type { Wire } from './wire/client.ts';
import type { JoinRequest } from './wire/joins.ts';
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
  #request: JoinRequest | undefined;
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

  /** Whether the server may take one for being in. */
  get isKnown(): boolean {
    return this.#is === 'asking' ? this.#request?.hasLeft === true : this.#is !== 'outside';
  }

  /** @returns why it can not be asked for */
  ask(wire: Wire, password: string | undefined): Refusal | undefined {
    this.#is = 'asking';
    this.#until = this.#now() + ASKING_MS;
    this.#request = undefined;
    const isLine = sent(() => {
      this.#request = wire.join(this.#channel, password);
      return true;
    });
    if (!isLine) return NOT_ASKED;
    return this.#request === undefined ? BUSY : undefined;
  }

  /** The server lets one in. */
  begin(): void {
    this.#is = 'entering';
    this.#until = this.#now() + ENTERING_MS;
  }

  /** One is in already. */
  beginInside(wire: Wire): void {
    this.begin();
    sent(() => wire.send('TOPIC', this.#channel) && wire.send('NAMES', this.#channel));
  }

  /** Called every few seconds. @returns `unanswered` where the server does not let one in, nor says why */
  overdue(): 'unanswered' | 'unlisted' | undefined {
    const now = this.#now();
    const waits = this.#is === 'asking' && this.#request?.hasLeft === false;
    if (waits) this.#until = now + ASKING_MS;
    if (now <= this.#until) return undefined;
    if (this.#is === 'asking') return 'unanswered';
    return this.#is === 'entering' ? 'unlisted' : undefined;
  }

  /** Said while the list of people comes. */
  keep(event: RoomEvent): void {
    if (this.#early.length < MAX_EARLY) this.#early.push(event);
  }

  /** He is in. What else there is to know of the channel comes when the server has time. @param people how many */
  finish(wire: Wire, people: number): void {
    this.#is = 'in';
    const isWanted = (): boolean => this.#is === 'in';
    sent(() => wire.sendLater(isWanted, 'MODE', this.#channel));
    if (people > MAX_WHO) return;
    const fields = wire.features.whox ? WHOX_FIELDS : undefined;
    sent(() => wire.sendLater(isWanted, 'WHO', this.#channel, fields));
  }

  /** What was said meanwhile. */
  early(): readonly RoomEvent[] {
    return this.#early.splice(0);
  }

  end(): void {
    this.#is = 'outside';
    this.#request?.withdraw();
    this.#request = undefined;
  }

  /** What was said is of no use where nobody will be told who is there. */
  lose(): void {
    this.end();
    this.#early = [];
  }
}

const NOT_ASKED: Refusal = {
  condition: 'not-acceptable',
  type: 'modify',
  text: 'The server could not be asked for this channel with this password.',
};

const BUSY: Refusal = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'The server is asked for too much at once. Please try again.',
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
