/**
 * Whether a user is away from his rooms: he is while all of his clients that are in one say so. Never
 * more than this is made of the presence that a client sends to a room: its nick does not change.
 */

import { child, type Element, NS_COMPONENT, textOf } from '../xml/element.ts';

const AWAY = new Set(['away', 'xa']);
const MAX_WORDS = 300;

/** What a presence says. @returns undefined where its sender is not away */
export function readAway(presence: Element): string | undefined {
  const show = child(presence, 'show', NS_COMPONENT);
  if (show === undefined || !AWAY.has(textOf(show).trim())) return undefined;
  return readStatus(presence) ?? 'away';
}

/** RFC 6121 §4.7.2.2, in one line. @returns undefined where there is none */
export function readStatus(presence: Element): string | undefined {
  const status = child(presence, 'status', NS_COMPONENT);
  const line = status === undefined ? '' : textOf(status).replace(/\s+/g, ' ').trim();
  return line === '' ? undefined : line.slice(0, MAX_WORDS).toWellFormed();
}

interface Client {
  /** In how many it is. */
  rooms: number;
  /** Undefined: it is not away. */
  words: string | undefined;
}

/** The clients of one user that are in rooms, by full JID. */
export class Clients {
  readonly #clients = new Map<string, Client>();
  /** How many are not away. */
  #present = 0;
  /** The client that said something last. */
  #latest = '';
  #told: string | undefined;

  /** A client comes into one more room. */
  came(client: string): void {
    const known = this.#clients.get(client);
    if (known !== undefined) {
      known.rooms++;
      return;
    }
    this.#clients.set(client, { rooms: 1, words: undefined });
    this.#present++;
  }

  /** It leaves one. In none it has no say any longer. @returns whether the user is away in other words than before */
  left(client: string): boolean {
    const known = this.#clients.get(client);
    if (known === undefined || --known.rooms > 0) return false;
    this.#clients.delete(client);
    if (known.words === undefined) this.#present--;
    // Without any client nobody knows better: he is as he was.
    return this.#clients.size > 0 && this.#changes();
  }

  /** @returns likewise */
  says(client: string, words: string | undefined): boolean {
    const known = this.#clients.get(client);
    if (known === undefined) return false;
    this.#present += Number(words === undefined) - Number(known.words === undefined);
    known.words = words;
    this.#latest = client;
    return this.#changes();
  }

  /** Undefined while he is not away. */
  get words(): string | undefined {
    return this.#told;
  }

  #changes(): boolean {
    const [first] = this.#clients.values();
    const latest = this.#clients.get(this.#latest) ?? first;
    const words = this.#present > 0 ? undefined : latest?.words;
    const changes = words !== this.#told;
    this.#told = words;
    return changes;
  }
}
