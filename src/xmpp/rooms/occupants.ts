/** Who is in one room: by the nick of the network, and by the resource that it is shown as. */

import { createHmac } from 'node:crypto';
import type { Occupant, PersonId } from '../../contract/index.ts';
import { Names } from './names.ts';
import type { Share } from './space.ts';

/** In one room. Whoever is beyond them is heard, and not shown. */
const MAX_IN_ROOM = 10_000;

/** An occupant, as he is shown. */
export interface Shown extends Occupant {
  /** His resource. */
  readonly name: string;
  /** XEP-0421 */
  readonly id: string;
}

export class Occupants {
  readonly #names = new Names();
  readonly #shown = new Map<string, Shown>();
  readonly #idOf: (person: PersonId) => string;
  readonly #share: Share;
  #isCut = false;

  constructor(idOf: (person: PersonId) => string, share: Share) {
    this.#idOf = idOf;
    this.#share = share;
  }

  /** Somebody was not shown, for want of space. */
  get isCut(): boolean {
    return this.#isCut;
  }

  get size(): number {
    return this.#shown.size;
  }

  /** @param always even where there is no space: the user himself */
  set(occupant: Occupant, always = false): Shown | undefined {
    const { nick } = occupant;
    if (!this.#shown.has(nick)) {
      const isFull = this.#shown.size >= MAX_IN_ROOM || this.#share.isFull;
      if (isFull && !always) {
        this.#isCut = true;
        return undefined;
      }
      this.#share.take();
    }
    const shown = { ...occupant, name: this.#names.add(nick), id: this.#idOf(occupant.person) };
    this.#shown.set(nick, shown);
    return shown;
  }

  get(nick: string): Shown | undefined {
    return this.#shown.get(nick);
  }

  byName(name: string): Shown | undefined {
    const nick = this.#names.nickOf(name);
    return nick === undefined ? undefined : this.#shown.get(nick);
  }

  delete(nick: string): Shown | undefined {
    const shown = this.#shown.get(nick);
    if (shown === undefined) return undefined;
    this.#shown.delete(nick);
    this.#names.delete(nick);
    this.#share.giveBack();
    return shown;
  }

  /** What a nick is shown as; of one who is not here: would be. */
  nameOf(nick: string): string {
    return this.#names.of(nick);
  }

  clear(): void {
    for (const nick of [...this.#shown.keys()]) this.delete(nick);
  }

  [Symbol.iterator](): Iterator<Shown> {
    return this.#shown.values();
  }
}

/** XEP-0421 §4: nobody can tell from it who he is, nor that he is in another room, too. */
export function occupantId(key: string, room: string, person: PersonId): string {
  return createHmac('sha256', key).update(room).update('\0').update(person).digest('base64url');
}
