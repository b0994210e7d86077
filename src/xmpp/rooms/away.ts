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

/** The clients of one user that are in rooms, by full JID. */
export class Clients {
  readonly #words = new Map<string, string | undefined>();
  #told: string | undefined;

  /** @returns whether the user is away in other words than before */
  says(client: string, words: string | undefined): boolean {
    this.#words.set(client, words);
    return this.#changes();
  }

  /** Forgets all clients but those. @returns likewise */
  keep(wanted: (client: string) => boolean): boolean {
    for (const client of this.#words.keys()) if (!wanted(client)) this.#words.delete(client);
    return this.#changes();
  }

  /** Undefined while he is not away. */
  get words(): string | undefined {
    return this.#told;
  }

  #changes(): boolean {
    // Without any client nobody knows better: he is as he was.
    if (this.#words.size === 0) return false;
    const all = [...this.#words.values()];
    const words = all.includes(undefined) ? undefined : all.at(-1);
    const changes = words !== this.#told;
    this.#told = words;
    return changes;
  }
}
