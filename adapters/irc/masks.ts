/** Whether a mask of a ban, `*!*@*.example`, is meant for somebody. Pure. */

import type { Person } from './members.ts';

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
