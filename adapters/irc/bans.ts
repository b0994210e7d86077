/** Who is banned from a channel, as far as it was seen: the next kick is then more than a kick. */

import type { Person } from './members.ts';

const MOST = 20;

/** The last masks that operators set. */
export class Bans {
  readonly #masks: string[] = [];

  note(mask: string, set: boolean): void {
    const known = this.#masks.indexOf(mask);
    if (known >= 0) this.#masks.splice(known, 1);
    if (set) this.#masks.push(mask);
    if (this.#masks.length > MOST) this.#masks.shift();
  }

  include(person: Person): boolean {
    return this.#masks.some((mask) => isMeant(mask, person));
  }
}

/** `*` stands for any text, `?` for one character. Case of ASCII does not count. */
export function isMeant(mask: string, { nick, user = '', host = '' }: Person): boolean {
  return matches(mask.toLowerCase(), `${nick}!${user}@${host}`.toLowerCase());
}

/** Goes back to the last `*` only: masks come from the network, and none may take long. */
function matches(mask: string, text: string): boolean {
  let at = 0;
  let inMask = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    const char = mask[inMask];
    if (char === '*') {
      star = inMask++;
      starAt = at;
    } else if (char === '?' || char === text[at]) {
      inMask += 1;
      at += 1;
    } else if (star >= 0) {
      inMask = star + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  return /^\**$/.test(mask.slice(inMask));
}
