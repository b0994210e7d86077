/**
 * One client of a user in a room, and what it is sent, in an order that clients rely on (XEP-0045 §7.1):
 * occupants, itself, history, subject, and only then what happens now. What happens while its history
 * is still being looked for waits, and is not shown twice where the history has it, too.
 */

import type { MessageId } from '../../contract/index.ts';
import { type Element, element } from '../xml/element.ts';
import type { Extent, Past } from './history.ts';

/** Stanzas that wait for one history. Beyond them the client comes in without. */
const MAX_WAITING = 1_000;

/** How a client asked to come in. */
export interface Arrival {
  /** Full JID. */
  readonly client: string;
  /** The stanza's id. */
  readonly id: string | undefined;
  /** The resource that it wished for. */
  readonly name: string;
  /** Undefined: none. */
  readonly history: Extent | undefined;
}

/** @returns false where it can not leave: there is no stream, or too much waits already */
export type Send = (stanza: Element) => boolean;

interface Waiting {
  readonly stanza: Element;
  readonly id: MessageId | undefined;
}

export class Client {
  readonly arrival: Arrival;
  readonly #send: Send;
  /** `outside` until the room is open, `entering` until its history is there. */
  #is: 'outside' | 'entering' | 'inside' = 'outside';
  #waiting: Waiting[] = [];
  #last: readonly Element[] = [];
  #failed = false;

  constructor(arrival: Arrival, send: Send) {
    this.arrival = arrival;
    this.#send = send;
  }

  get isOutside(): boolean {
    return this.#is === 'outside';
  }

  /** Something could not leave: what this client shows is no longer true. */
  get failed(): boolean {
    return this.#failed;
  }

  /**
   * The room is open.
   * @param first the occupants, itself at the end
   * @param last what comes right after the history
   */
  enter(first: Iterable<Element>, last: readonly Element[]): void {
    this.#is = 'entering';
    this.#last = last;
    for (const stanza of first) this.#write(stanza);
  }

  /** The history is there; a second one is not wanted. */
  complete(history: readonly Past[]): void {
    if (this.#is !== 'entering') return;
    this.#is = 'inside';
    const shown = new Set<MessageId>();
    for (const { id, stanza } of history) {
      shown.add(id);
      this.#write(stanza);
    }
    for (const stanza of this.#last) this.#write(stanza);
    for (const { stanza, id } of this.#waiting) {
      if (id === undefined || !shown.has(id)) this.#write(stanza);
    }
    this.#waiting = [];
    this.#last = [];
  }

  /** Something happens. Nobody outside hears of it. */
  show(stanza: Element, id?: MessageId): void {
    if (this.#is === 'outside') return;
    if (this.#is === 'entering' && this.#waiting.length >= MAX_WAITING) this.complete([]);
    if (this.#is === 'entering') this.#waiting.push({ stanza, id });
    else this.#write(stanza);
  }

  /** Nothing waits for its turn: it is told something that is no part of the room's order. */
  tell(stanza: Element): void {
    this.#write(stanza);
  }

  #write(stanza: Element): void {
    // After a hole in the order nothing more is true, and the client is told to come again.
    if (this.#failed) return;
    this.#failed = !this.#send(addressed(stanza, this.arrival.client));
  }
}

/** A stanza of a room for one of those who see it. */
export function addressed({ name, ns, attrs, children }: Element, to: string): Element {
  return element(name, ns, { ...attrs, to }, children);
}
